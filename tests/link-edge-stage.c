/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/link-edge-stage.h"

#include <poll.h>
#include <stdlib.h>

#include "status/tools/address.h"
#include "tests/keyholder-stage.h"

struct link_stage keys;

void
turn(struct edge_play *v)
{
	for (int i = 0; i < 8; i++)
		ev_run(v->play.host.loop, EVRUN_NOWAIT);
}

/* With a certificate for clients, too. */
static void
load_edge(struct edge_play *v)
{
	static char *certificate, *key, *ca;
	struct stssl_error error = { "" };
	gnutls_datum_t pem = pem_of(&keys.ca);
	const char *at;

	certificate = keys.edge.certificate;
	key = keys.edge.key;
	ca = strdup(write_file(&keys.files, "ca.pem", &pem, 1));
	gnutls_free(pem.data);
	v->config = keys.edge.config;
	v->config.tls.certificates = (struct stssl_values){ &certificate, 1 };
	v->config.tls.keys = (struct stssl_values){ &key, 1 };
	v->config.tls.client_cas = (struct stssl_values){ &ca, 1 };
	ck_assert_int_eq(
	    tls_context_new(&v->config.tls, &v->context, &at, &error), 0);
	ck_assert_int_eq(
	    tls_link_load(v->context, &v->config.link, 1, &at, &error), 0);
	tls_context_connect(v->context, keyholder_stage_of(&v->config));
	free(ca);
}

/* Nobody listens there. */
static struct backend_address
nowhere(void)
{
	struct stssl_address at;
	struct backend_address to = { .is_link = true };

	close(listen_on_loopback(&at));
	to.len = stssl_address_to(&at, &to.u.inet);
	return to;
}

void
arrive(struct edge_play *v)
{
	const int least = 1;
	struct stssl_address at;

	link_stage_set(&keys, NULL, NULL);
	load_edge(v);
	v->alice = make_leaf("alice", &keys.ca, for_clients);
	v->credentials = credentials_of(&v->alice);
	v->inlet = listen_on_loopback(&at);
	if (v->is_narrow)
		(void)setsockopt(
		    v->inlet, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
	if (v->to_count == 0)
		v->to_count = 1;
	for (size_t i = 0; i + 1 < v->to_count; i++)
		v->to[i] = nowhere();
	v->to[v->to_count - 1].len =
	    stssl_address_to(&at, &v->to[v->to_count - 1].u.inet);
	if (v->is_everywhere)
		v->to[0] = v->to[v->to_count - 1];
	v->link = (struct link){ NULL, NULL, -1, -1 };
	v->play.tls = v->context;
	v->play.config.link = v->config.link;
	v->play.listen.link_to.list = v->to;
	v->play.listen.link_to.count = v->to_count;
	v->play.listen.client_certificate = CLIENT_REQUEST;
	if (v->play.from == NULL)
		v->play.from = CLIENT;
	v->play.advice.verdict = STSSL_VERDICT_ACCEPT;
	(void)strcpy(v->play.advice.user, DIGEST);
	begin_alone(&v->play);
}

void
hang_up(struct edge_play *v)
{
	v->link.server = tls_free(v->link.server);
	if (v->link.server_fd == -1)
		return;
	(void)shutdown(v->link.server_fd, SHUT_RDWR);
	(void)close(v->link.server_fd);
	v->link.server_fd = -1;
}

void
leave(struct edge_play *v)
{
	if (v->client != NULL)
		gnutls_deinit(v->client);
	end(&v->play);
	hang_up(v);
	(void)close(v->inlet);
	gnutls_certificate_free_credentials(v->credentials);
	unmake(&v->alice);
	(void)tls_context_free(v->context);
	link_stage_clear(&keys);
}

bool
is_dialled(const struct edge_play *v)
{
	struct pollfd ready = { v->inlet, POLLIN, 0 };

	return poll(&ready, 1, 0) > 0;
}

void
pick_up(struct edge_play *v)
{
	turn(v);
	ck_assert(is_dialled(v));
	v->link.server_fd = accept4(v->inlet, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ne(v->link.server_fd, -1);
	/* For the stage, which would accept one. */
	if (v->play.backend == -1)
		v->play.backend = dup(v->link.server_fd);
}

enum tls_result
shake(struct edge_play *v)
{
	enum tls_result r = TLS_WANT_READ;

	v->link.server = tls_link_accept(
	    keys.server.context, keys.tickets, v->link.server_fd);
	for (int i = 0; i < 100 && r != TLS_DONE && r != TLS_FAILED; i++) {
		turn(v);
		r = tls_handshake(v->link.server);
	}
	turn(v);
	return r;
}

void
say(struct edge_play *v, const void *bytes, size_t len)
{
	size_t n;

	ck_assert_int_eq(tls_write(v->link.server, bytes, len, &n), TLS_DONE);
	ck_assert_uint_eq(n, len);
	turn(v);
}

void
say_hello(struct edge_play *v)
{
	struct link_hello hello = {
		.session = THERE, .has_nonce = true, .digest.is_known = true
	};
	uint8_t bytes[LINK_HELLO_BYTES];

	memset(hello.nonce, 0x5a, sizeof hello.nonce);
	memset(hello.digest.bytes, 0x77, sizeof hello.digest.bytes);
	link_hello_write(&hello, bytes);
	say(v, bytes, sizeof bytes);
}

void
serve(struct edge_play *v)
{
	pick_up(v);
	ck_assert_int_eq(shake(v), TLS_DONE);
	say_hello(v);
}

size_t
hear(struct edge_play *v, void *buf, size_t size)
{
	enum tls_result r = TLS_WANT_READ;
	size_t n = 0;

	for (int i = 0; i < 100 && r == TLS_WANT_READ; i++) {
		turn(v);
		r = tls_read(v->link.server, buf, size, &n);
	}
	ck_assert_int_eq(r, TLS_DONE);
	return n;
}

bool
hears_nothing(struct edge_play *v)
{
	char byte;
	size_t n;

	turn(v);
	return tls_read(v->link.server, &byte, 1, &n) == TLS_WANT_READ;
}

struct link_header
hear_header(struct edge_play *v, uint8_t bytes[static HEADER_MAX])
{
	struct link_header h;
	size_t len = hear(v, bytes, HEADER_MAX), used;

	ck_assert_ptr_null(link_header_read(bytes, len, &used, &h));
	ck_assert_uint_eq(used, len);
	return h;
}

void
check_header(const struct link_header *h)
{
	char text[STSSL_ADDRESS_TEXT];

	ck_assert_uint_eq(h->session, THERE);
	ck_assert_str_eq(stssl_address_format(&h->client, text), CLIENT);
	ck_assert_str_eq(stssl_address_format(&h->local, text), "127.0.0.1:21");
	ck_assert(h->digest.is_known);
	ck_assert_uint_eq(h->digest.bytes[1], 0x11);
}

void
pass(struct edge_play *v, const char *down, const char *up)
{
	char buf[256];
	size_t n;

	say(v, down, strlen(down));
	expect(&v->play, v->play.client, down);
	put(v->play.client, up);
	n = hear(v, buf, sizeof buf - 1);
	buf[n] = '\0';
	ck_assert_str_eq(buf, up);
}

enum io_result
client_step(struct edge_play *v)
{
	int r;

	turn(v);
	r = gnutls_handshake(v->client);
	ck_assert_msg(
	    r == 0 || gnutls_error_is_fatal(r) == 0, "%s", gnutls_strerror(r));
	return r == 0 ? IO_OK : IO_AGAIN;
}

void
client_begin(struct edge_play *v, bool has_certificate, const char *priority)
{
	static gnutls_certificate_credentials_t none;

	if (none == NULL)
		none = credentials_of(NULL);
	OK(gnutls_init(&v->client, GNUTLS_CLIENT | GNUTLS_NONBLOCK));
	OK(gnutls_priority_set_direct(v->client, priority, NULL));
	OK(gnutls_credentials_set(v->client, GNUTLS_CRD_CERTIFICATE,
	    has_certificate ? v->credentials : none));
	gnutls_transport_set_int(v->client, v->play.client);
}

void
hear_command(struct edge_play *v, const char *text)
{
	ck_assert_int_eq(link_read_all(v->play.host.loop, v->link.server,
			     v->link.server_fd, text),
	    TLS_DONE);
}

/* The Server's reply. */
void
reply(struct edge_play *v, const char *text)
{
	say(v, text, strlen(text));
}

void
pass_through(struct edge_play *v, const char *up, const char *down)
{
	put(v->play.client, up);
	hear_command(v, up);
	reply(v, down);
	expect(&v->play, v->play.client, down);
}

/* In clear, up to the greeting. */
void
begin_edge(struct edge_play *v)
{
	uint8_t bytes[HEADER_MAX];

	v->play.from = "127.0.0.1:40000";
	arrive(v);
	serve(v);
	(void)hear(v, bytes, sizeof bytes);
	v->play.advice.verdict = STSSL_VERDICT_PASSWORD;
	reply(v, "220 ready\r\n");
	expect(&v->play, v->play.client, "220 ready\r\n");
}

void
grow_chain(struct edge_play *v)
{
	gnutls_x509_crt_t chain[60];

	for (size_t i = 0; i < ROWS(chain); i++)
		chain[i] = i == 0 ? v->alice.cert : keys.ca.cert;
	gnutls_certificate_free_credentials(v->credentials);
	OK(gnutls_certificate_allocate_credentials(&v->credentials));
	OK(gnutls_certificate_set_x509_key(
	    v->credentials, chain, ROWS(chain), v->alice.key));
}
