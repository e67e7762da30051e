/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/link-stage.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/keyholder-stage.h"
#include "tests/test.h"
#include "x509/leaf.h"

static void
with_rsa(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
}

static void
with_ed25519(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED25519;
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519);
}

static void
with_ed448(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED448;
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED448);
}

static void
with_p384(struct making *m)
{
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1);
}

const making_edit link_keys[LINK_KEYS] = { NULL, with_p384, with_rsa,
	with_ed25519, with_ed448 };

struct link_pin
link_pin_of(const struct made *made, const char *name)
{
	struct link_pin pin = { "", { 0 } };
	gnutls_datum_t der;

	(void)snprintf(pin.name, sizeof pin.name, "%s", name);
	OK(gnutls_x509_crt_export2(made->cert, GNUTLS_X509_FMT_DER, &der));
	ck_assert(x509_key_digest(der.data, der.size, pin.sha256));
	gnutls_free(der.data);
	return pin;
}

static void
make_side(struct link_stage *s, struct link_side *side, const char *name,
    making_edit edit)
{
	struct stage files = { .files = s->files };

	side->own = make_leaf(name, &s->ca, edit);
	side->pin = link_pin_of(&side->own, name);
	stage_store(&files, name, &side->own);
	(void)snprintf(side->certificate, sizeof side->certificate, "%s/%s.pem",
	    s->files.dir, name);
	(void)snprintf(
	    side->key, sizeof side->key, "%s/%s.key", s->files.dir, name);
	side->config.tls.priority = "NORMAL";
	side->config.link.certificate = side->certificate;
	side->config.link.key = side->key;
}

static void
load_side(struct link_side *side)
{
	struct stssl_error error = { "" };
	const char *key;

	ck_assert_msg(tls_context_new(
			  &side->config.tls, &side->context, &key, &error) == 0,
	    "%s", error.text);
	ck_assert_msg(tls_link_load(side->context, &side->config.link,
			  (uint32_t)side->config.tls.certificates.count, &key,
			  &error) == 0,
	    "%s: %s", key, error.text);
	tls_context_connect(side->context, keyholder_stage_of(&side->config));
}

void
link_stage_set(
    struct link_stage *s, making_edit edge_key, making_edit server_key)
{
	memset(s, 0, sizeof *s);
	files_init(&s->files);
	make_at(time(NULL));
	s->ca = make_ca("Root", NULL, NULL);
	s->stranger = make_leaf("stranger", &s->ca, NULL);
	make_side(s, &s->edge, "edge", edge_key);
	make_side(s, &s->server, "server", server_key);
	s->edge.config.link.servers = (struct link_pins){ &s->server.pin, 1 };
	s->server.config.link.edges = (struct link_pins){ &s->edge.pin, 1 };
	load_side(&s->edge);
	load_side(&s->server);
	s->tickets = tls_tickets_new();
	ck_assert_ptr_nonnull(s->tickets);
}

void
link_stage_clear(struct link_stage *s)
{
	(void)tls_tickets_free(s->tickets);
	(void)tls_context_free(s->edge.context);
	(void)tls_context_free(s->server.context);
	unmake(&s->edge.own);
	unmake(&s->server.own);
	unmake(&s->stranger);
	unmake(&s->ca);
	files_done(&s->files);
}

void
link_pair(struct link *l)
{
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	*l = (struct link){ NULL, NULL, pair[0], pair[1] };
}

void
link_begin(struct link *l, struct link_stage *s)
{
	link_pair(l);
	l->edge = tls_link_connect(s->edge.context, l->edge_fd);
	l->server =
	    tls_link_accept(s->server.context, s->tickets, l->server_fd);
	ck_assert(l->edge != NULL && l->server != NULL);
}

void
link_end(struct link *l)
{
	(void)tls_free(l->edge);
	(void)tls_free(l->server);
	(void)close(l->edge_fd);
	(void)close(l->server_fd);
}

static bool
is_waiting(enum tls_result res)
{
	return res == TLS_WANT_READ || res == TLS_WANT_WRITE;
}

void
link_shake(
    struct link *l, enum tls_result *ret_edge, enum tls_result *ret_server)
{
	*ret_edge = *ret_server = TLS_WANT_READ;
	for (int i = 0; i < 100; i++) {
		if (is_waiting(*ret_edge))
			*ret_edge = tls_handshake(l->edge);
		if (is_waiting(*ret_server))
			*ret_server = tls_handshake(l->server);
	}
}

void
link_meet(struct link *l)
{
	enum tls_result edge, server;

	link_shake(l, &edge, &server);
	ck_assert_msg(edge == TLS_DONE, "edge: %s", tls_error(l->edge));
	ck_assert_msg(server == TLS_DONE, "server: %s", tls_error(l->server));
	ck_assert_ptr_nonnull(tls_link_peer(l->edge));
	ck_assert_ptr_nonnull(tls_link_peer(l->server));
	ck_assert_str_eq(tls_link_peer(l->edge)->name, "server");
	ck_assert_str_eq(tls_link_peer(l->server)->name, "edge");
}

void
link_send_ticket(struct link *l)
{
	enum tls_result res = TLS_WANT_READ;
	char byte = 'x';
	size_t n;

	ck_assert_int_eq(tls_send_ticket(l->server), TLS_DONE);
	ck_assert_int_eq(tls_write(l->server, &byte, 1, &n), TLS_DONE);
	for (int i = 0; i < 100 && is_waiting(res); i++)
		res = tls_read(l->edge, &byte, 1, &n);
	ck_assert_int_eq(res, TLS_DONE);
}

/* All of `len` bytes from one to the other, whatever fits at a time. */
void
link_carry(
    struct tls *from, struct tls *to, const unsigned char *bytes, size_t len)
{
	unsigned char *got = malloc(len);
	size_t sent = 0, received = 0, n;

	ck_assert_ptr_nonnull(got);
	while (received < len) {
		enum tls_result w = TLS_WANT_WRITE, r;

		if (sent < len)
			w = tls_write(from, bytes + sent, len - sent, &n);
		if (w == TLS_DONE)
			sent += n;
		r = tls_read(to, got + received, len - received, &n);
		if (r == TLS_DONE)
			received += n;
		ck_assert(w != TLS_FAILED && r != TLS_FAILED);
		ck_assert(r != TLS_CLOSED);
	}
	ck_assert_mem_eq(got, bytes, len);
	free(got);
}

static enum tls_result
read_end(struct tls *tls)
{
	char byte;
	size_t n;

	return tls_read(tls, &byte, 1, &n);
}

/* close_notify is an end, and nothing else is. */
void
link_check_ends(struct tls *from, int from_fd, struct tls *to)
{
	ck_assert_int_eq(read_end(to), TLS_WANT_READ);
	ck_assert_int_eq(tls_bye(from), TLS_DONE);
	ck_assert_int_eq(read_end(to), TLS_CLOSED);
	ck_assert_int_eq(read_end(from), TLS_WANT_READ);
	ck_assert_int_eq(shutdown(from_fd, SHUT_RD), 0);
	/* The other way it is cut. */
	ck_assert_int_eq(read_end(from), TLS_FAILED);
}

unsigned char *
link_bytes(void)
{
	unsigned char *bytes = malloc(LINK_BYTES);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < LINK_BYTES; i++)
		bytes[i] = (unsigned char)(i * 7 + i / 251);
	return bytes;
}

void
link_await(struct ev_loop *loop, int fd)
{
	struct pollfd ready = { fd, POLLIN, 0 };

	while (poll(&ready, 1, 0) == 0)
		ev_run(loop, EVRUN_ONCE);
}

enum tls_result
link_read_all(struct ev_loop *loop, struct tls *tls, int fd, const char *text)
{
	char buf[128];
	enum tls_result r = TLS_WANT_READ;
	size_t len = strlen(text), n = 0;

	while (r == TLS_WANT_READ || (r == TLS_DONE && len > 0)) {
		r = tls_read(tls, buf, sizeof buf, &n);
		if (r == TLS_WANT_READ)
			link_await(loop, fd);
		if (r != TLS_DONE)
			continue;
		ck_assert_uint_le(n, len);
		ck_assert_mem_eq(buf, text, n);
		text += n;
		len -= n;
	}
	ck_assert_uint_eq(len, 0);
	return r;
}

/* Neither is believed: the other's end, if it is up, hears of it. */
void
link_fails(struct tls *tls, enum tls_result res)
{
	if (res == TLS_DONE)
		res = read_end(tls);
	ck_assert_int_eq(res, TLS_FAILED);
}
