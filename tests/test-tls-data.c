/* SPDX-License-Identifier: BSD-2-Clause
 *
 * FTP's data connections, and a thief behind the client's address, who has a
 * handshake of his own on one and comes back with what he got there.
 */
#include <config.h>
#include "helper/worker/tls/tls.h"

#include "helper/worker/tls/tls_inside.h"
#include "tests/test.h"
#include "tests/tls-stage.h"

#define ATTEMPTS 3

#define TLS_1_2  "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS_1_3  "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* Ways to resume. */
static const struct {
	const char *priority;
	unsigned flags;
	bool has_tickets; /* on data connections, too */
} ways[] = {
	{ TLS_1_2, 0, true },
	{ TLS_1_2, GNUTLS_NO_TICKETS, false },
	{ TLS_1_3, 0, false },
};

enum {
	WAYS = sizeof ways / sizeof ways[0]
};

/* The next client has this, and its session is this. */
static void
dress(struct stage *s, size_t way, gnutls_certificate_credentials_t credentials,
    gnutls_datum_t session)
{
	s->client_flags = ways[way].flags;
	s->credentials = credentials;
	s->ticket = session;
}

static gnutls_datum_t
take(gnutls_datum_t *session)
{
	gnutls_datum_t taken = *session;

	*session = (gnutls_datum_t){ NULL, 0 };
	return taken;
}

/* A thief's attempts in a row, each with what the one before has left him. */
static void
steal(struct stage *s, struct tls_context *context, size_t way)
{
	struct meeting m;

	for (int i = 0; i < ATTEMPTS; i++) {
		meet(&m, s, context, TLS_DATA, ways[way].priority);
		ck_assert(!tls_resumes_control(m.tls));
		ck_assert_int_eq(gnutls_session_is_resumed(m.tls->session) != 0,
		    ways[way].has_tickets && i > 0);
		part(&m);
	}
}

/* How the client resumes, how the thief does, and his certificate if any. */
START_TEST(nobody_but_the_client_resumes_the_control_connections_session)
{
	size_t own = (size_t)_i % WAYS, others = (size_t)_i / WAYS % WAYS;
	gnutls_certificate_credentials_t alice, credentials;
	struct meeting control, data;
	struct tls_context *context;
	gnutls_datum_t session;
	struct made mallory;
	struct stage s;

	stage_set(&s);
	mallory = make_leaf("mallory", &s.ca, for_clients);
	credentials = credentials_of(_i < WAYS * WAYS ? NULL : &mallory);
	alice = s.credentials;
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	s.client_flags = ways[own].flags;
	meet(&control, &s, context, TLS_CONTROL, ways[own].priority);
	ck_assert(!tls_resumes_control(control.tls));
	session = take(&s.ticket);

	dress(&s, others, credentials, (gnutls_datum_t){ NULL, 0 });
	steal(&s, context, others);
	gnutls_free(s.ticket.data);

	dress(&s, own, alice, session);
	meet(&data, &s, context, TLS_DATA, ways[own].priority);
	ck_assert(tls_resumes_control(data.tls));
	part(&data);

	part(&control);
	(void)tls_context_free(context);
	gnutls_certificate_free_credentials(credentials);
	unmake(&mallory);
	stage_clear(&s);
}
END_TEST

/* Its tickets are the same, but there is no control connection. */
START_TEST(a_session_that_began_elsewhere_proves_nothing)
{
	struct tls_context *context;
	struct meeting m;
	struct stage s;

	stage_set(&s);
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	s.client_flags = ways[_i].flags;
	s.asks = CLIENT_NONE;
	meet(&m, &s, context, TLS_SINGLE, ways[_i].priority);
	part(&m);
	s.asks = CLIENT_REQUEST;
	meet(&m, &s, context, TLS_DATA, ways[_i].priority);
	ck_assert_int_eq(gnutls_session_is_resumed(m.tls->session) != 0,
	    ways[_i].flags != GNUTLS_NO_TICKETS);
	ck_assert(!tls_resumes_control(m.tls));
	part(&m);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

/* In TLS 1.2 only where no certificate is asked for. */
START_TEST(a_session_without_a_certificate_is_resumed)
{
	struct tls_context *context;
	struct meeting m;
	struct stage s;

	stage_set(&s);
	gnutls_certificate_free_credentials(s.credentials);
	s.credentials = credentials_of(NULL);
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	for (int i = 0; i < 3; i++) {
		meet(&m, &s, context, TLS_SINGLE, _i == 0 ? TLS_1_2 : TLS_1_3);
		ck_assert_int_eq(gnutls_session_is_resumed(m.tls->session) != 0,
		    i > 0 && _i == 1);
		part(&m);
	}
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ nobody_but_the_client_resumes_the_control_connections_session,
		    2 * WAYS * WAYS },
		{ a_session_that_began_elsewhere_proves_nothing, WAYS },
		{ a_session_without_a_certificate_is_resumed, 2 },
	};

	return test_main("tls-data", cases, ROWS(cases));
}
