/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An Edge whose key is the Server's, and Servers that do not sign: a handshake
 * fails, and nobody waits for long.
 */
#include <config.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/keywire.h"
#include "helper/worker/tls/tls_inside.h"
#include "tests/keyholder-stage.h"
#include "tests/link-stage.h"
#include "tests/test.h"

static struct link_stage stage;
static struct tls_context *context;

/* An Edge with a certificate for clients, and no key of it. */
static void
set(void)
{
	static struct helper_config config;
	static char *certificate, none[] = CONFIG_KEY_LINK, *key = none;
	struct stssl_error error = { "" };
	const char *at;

	link_stage_set(&stage, NULL, NULL);
	certificate = stage.edge.certificate;
	config = stage.edge.config;
	config.tls.certificates = (struct stssl_values){ &certificate, 1 };
	config.tls.keys = (struct stssl_values){ &key, 1 };
	ck_assert_int_eq(
	    tls_context_new(&config.tls, &context, &at, &error), 0);
	ck_assert_int_eq(
	    tls_link_load(context, &config.link, 1, &at, &error), 0);
	tls_context_connect(context, keyholder_stage_of(&config));
}

static void
clear(void)
{
	context = tls_context_free(context);
	link_stage_clear(&stage);
}

/* A link of this Edge's that is up. */
static void
link_up(struct link *l)
{
	link_pair(l);
	l->edge = tls_link_connect(context, l->edge_fd);
	l->server =
	    tls_link_accept(stage.server.context, stage.tickets, l->server_fd);
	link_meet(l);
}

/* A client's handshake, which does not succeed. */
static void
fail_over(struct tls *link)
{
	enum tls_result r = TLS_WANT_READ;
	gnutls_certificate_credentials_t credentials = credentials_of(NULL);
	gnutls_session_t client;
	struct tls *tls;
	struct link l;

	link_pair(&l);
	OK(gnutls_init(&client, GNUTLS_CLIENT | GNUTLS_NONBLOCK));
	OK(gnutls_set_default_priority(client));
	OK(gnutls_credentials_set(client, GNUTLS_CRD_CERTIFICATE, credentials));
	gnutls_transport_set_int(client, l.edge_fd);
	tls = tls_new(
	    context, TLS_SINGLE, CLIENT_NONE, stage.tickets, l.server_fd);
	ck_assert_ptr_nonnull(tls);
	tls_sign_over(tls, link);
	for (int i = 0; i < 10 && r != TLS_FAILED; i++) {
		ck_assert_int_lt(gnutls_handshake(client), 0);
		r = tls_handshake(tls);
	}
	ck_assert_int_eq(r, TLS_FAILED);
	gnutls_deinit(client);
	gnutls_certificate_free_credentials(credentials);
	(void)tls_free(tls);
	link_end(&l);
}

/* What has come to the Server. */
static bool
is_asked(const struct link *l)
{
	uint8_t bytes[KEY_WIRE_REQUEST + 1], name[KEY_NAME], own[KEY_NAME];
	struct key_request request;
	gnutls_datum_t der;
	size_t n = 0;

	if (tls_read(l->server, bytes, sizeof bytes, &n) != TLS_DONE)
		return false;
	ck_assert_uint_eq(n, KEY_WIRE_REQUEST);
	ck_assert(key_wire_is_request(bytes));
	ck_assert(key_wire_read_request(bytes, name, &request));
	ck_assert(key_request_is_proper(&request, KEY_NO_LINK));
	OK(gnutls_x509_crt_export2(
	    stage.edge.own.cert, GNUTLS_X509_FMT_DER, &der));
	ck_assert(key_name_of(der.data, der.size, own));
	gnutls_free(der.data);
	ck_assert_mem_eq(name, own, sizeof own);
	return true;
}

static void
garbage(struct link *l, uint8_t answer[static KEY_WIRE_ANSWER])
{
	size_t n;

	memset(answer, 'x', KEY_WIRE_ANSWER);
	ck_assert_int_eq(
	    tls_write(l->server, answer, KEY_WIRE_ANSWER, &n), TLS_DONE);
}

static void
empty(struct link *l, uint8_t answer[static KEY_WIRE_ANSWER])
{
	const struct key_answer a = { .len = 0 };
	size_t n;

	key_wire_write_answer(&a, answer);
	ck_assert_int_eq(
	    tls_write(l->server, answer, KEY_WIRE_ANSWER, &n), TLS_DONE);
}

static void
too_long(struct link *l, uint8_t answer[static KEY_WIRE_ANSWER])
{
	const struct key_answer a = { .len = KEY_SIGNATURE_MAX };
	size_t n;

	key_wire_write_answer(&a, answer);
	answer[9]++;
	ck_assert_int_eq(
	    tls_write(l->server, answer, KEY_WIRE_ANSWER, &n), TLS_DONE);
}

static void
end(struct link *l, uint8_t answer[static KEY_WIRE_ANSWER])
{
	(void)answer;
	ck_assert_int_eq(tls_bye(l->server), TLS_DONE);
}

static void
half(struct link *l, uint8_t answer[static KEY_WIRE_ANSWER])
{
	const struct key_answer a = { .len = 0 };
	size_t n;

	key_wire_write_answer(&a, answer);
	ck_assert_int_eq(tls_write(l->server, answer, 100, &n), TLS_DONE);
}

static void
silence(struct link *l, uint8_t answer[static KEY_WIRE_ANSWER])
{
	(void)l;
	(void)answer;
}

static const struct {
	void (*say)(struct link *l, uint8_t answer[static KEY_WIRE_ANSWER]);
	bool is_late;
} servers[] = {
	{ garbage, false },
	{ empty, false },
	{ too_long, false },
	{ end, false },
	{ half, true },
	{ silence, true },
};

START_TEST(a_server_that_is_late_holds_up_one_handshake)
{
	uint8_t answer[KEY_WIRE_ANSWER];
	struct link l, next;

	set();
	link_up(&l);
	link_up(&next);
	servers[_i].say(&l, answer);
	fail_over(l.edge);
	ck_assert(is_asked(&l));
	/* The next handshake does not even ask a Server, for a second. */
	garbage(&next, answer);
	fail_over(next.edge);
	ck_assert((context->link.rest_until > 0) == servers[_i].is_late);
	ck_assert(is_asked(&next) != servers[_i].is_late);
	/* And then it does. */
	if (servers[_i].is_late) {
		context->link.rest_until = 1;
		fail_over(next.edge);
		ck_assert(is_asked(&next));
	}
	link_end(&l);
	link_end(&next);
	clear();
}
END_TEST

START_TEST(without_a_link_nothing_is_signed)
{
	set();
	fail_over(NULL);
	clear();
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_server_that_is_late_holds_up_one_handshake, ROWS(servers) },
		{ without_a_link_nothing_is_signed, 0 },
	};

	return test_main("tls-link-key", cases, ROWS(cases));
}
