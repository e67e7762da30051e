/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TLS sessions of clients with certificates, and what the helper finds out of
 * them: by today's lists, whether the session is new or resumed.
 */
#include <config.h>
#include "helper/worker/tls/tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/proof-stage.h"
#include "tests/test.h"
#include "tests/tls-stage.h"

/* One session; what the helper says of it. */
static void
visit(struct stage *s, struct tls_context *context, const char *priority,
    const char *resumed, const char *verify)
{
	static struct finding found;
	struct stssl_record record;
	struct proof_stage proof;
	struct tm tm = { 0 };
	struct meeting m;
	const char *why;

	proof_stage_open(&proof, context);
	meet(&m, s, context, TLS_SINGLE, priority);
	stssl_record_init(&record);
	why = proof_stage_describe(&proof, context, m.tls, &record, &found);
	ck_assert_msg(why == NULL, "%s", why);
	ck_assert_str_eq(
	    stssl_record_get(&record, STSSL_KEY_SSL_SESSION_RESUMED), resumed);
	ck_assert_str_eq(
	    stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_VERIFY), verify);
	ck_assert((found.failure == STSSL_FAILURE_NONE) ==
		  (strcmp(verify, "SUCCESS") == 0));
	ck_assert_ptr_nonnull(
	    strptime(stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_V_END),
		"%b %d %H:%M:%S %Y GMT", &tm));
	ck_assert_int_eq(found.good_until, timegm(&tm));
	ck_assert_str_eq(
	    stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN), "alice");
	stssl_record_done(&record);
	part(&m);
	proof_stage_close(&proof);
}

static const char *const versions[] = {
	"NORMAL:-VERS-ALL:+VERS-TLS1.2",
	"NORMAL:-VERS-ALL:+VERS-TLS1.3",
};

START_TEST(a_session_with_a_certificate_is_proven_anew_each_time)
{
	struct tls_context *before, *after;
	struct stage s;

	stage_set(&s);
	before = must_load(&s, "good.crl", STALE_CRL_REFUSE);
	after = must_load(&s, "alice.crl", STALE_CRL_REFUSE);
	visit(&s, before, versions[_i], "Initial", "SUCCESS");
	visit(&s, before, versions[_i], "Initial", "SUCCESS");
	visit(&s, after, versions[_i], "Initial", "FAILED:revoked");
	visit(&s, before, versions[_i], "Initial", "SUCCESS");
	(void)tls_context_free(before);
	(void)tls_context_free(after);
	stage_clear(&s);
}
END_TEST

/* The key of another, of 16384 bits: the handshake ends before it is used. */
static void
with_a_huge_key(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
	m->strange_bits = 16384;
}

START_TEST(a_key_that_would_burn_the_processor_ends_the_handshake)
{
	enum tls_result r = TLS_WANT_READ;
	struct tls_context *context;
	struct meeting m;
	struct made huge;
	struct stage s;

	stage_set(&s);
	huge = make_leaf("alice", &s.ca, with_a_huge_key);
	gnutls_certificate_free_credentials(s.credentials);
	OK(gnutls_certificate_allocate_credentials(&s.credentials));
	gnutls_certificate_set_flags(
	    s.credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	OK(gnutls_certificate_set_x509_key(
	    s.credentials, &huge.cert, 1, huge.key));
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	meet_begin(&m, &s, context, TLS_SINGLE, versions[_i]);
	for (int i = 0; i < 100 && r == TLS_WANT_READ; i++) {
		(void)gnutls_handshake(m.client);
		r = tls_handshake(m.tls);
	}
	ck_assert_int_eq(r, TLS_FAILED);
	ck_assert_str_eq(tls_error(m.tls), "Error in the certificate.");
	part(&m);
	(void)tls_context_free(context);
	unmake(&huge);
	stage_clear(&s);
}
END_TEST

/* All groups of GnuTLS's NORMAL: a client sends a share of one of them. */
static const char *const shares[] = {
	"SECP256R1",
	"SECP384R1",
	"SECP521R1",
	"X25519",
	"X448",
	"FFDHE2048",
	"FFDHE3072",
	"FFDHE4096",
	"FFDHE6144",
	"FFDHE8192",
};

static int
count_hellos(gnutls_session_t client, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *message)
{
	int *hellos = gnutls_session_get_ptr(client);

	(void)type;
	(void)when;
	(void)incoming;
	(void)message;
	++*hellos;
	return 0;
}

START_TEST(a_client_that_sends_a_share_of_ours_needs_one_hello)
{
	struct tls_context *context;
	char priority[256];
	struct meeting m;
	struct stage s;
	int hellos = 0, row = _i % (int)ROWS(shares);

	stage_set(&s);
	s.priority = "NORMAL:%SERVER_PRECEDENCE";
	/* Also when one is taken besides, as the hybrid one by default. */
	s.group = row == _i ? NULL : "X448";
	s.client_flags = GNUTLS_KEY_SHARE_TOP;
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	(void)snprintf(priority, sizeof priority,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-%s:+GROUP-ALL",
	    shares[row]);
	meet_begin(&m, &s, context, TLS_SINGLE, priority);
	gnutls_session_set_ptr(m.client, &hellos);
	gnutls_handshake_set_hook_function(m.client,
	    GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_POST, count_hellos);
	shake_hands(&m);
	ck_assert_int_eq(hellos, 1);
	ck_assert_str_eq(
	    gnutls_group_get_name(gnutls_group_get(m.client)), shares[row]);
	part(&m);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

static const struct {
	const char *asked;
	bool is_known;
} sni[] = {
	{ "server", true },
	{ "server.", true },
	{ "server..", false },
	{ ".", false },
	{ "other.", false },
};

START_TEST(a_dot_at_the_end_of_a_name_does_not_count)
{
	size_t row = (size_t)_i / ROWS(versions);
	enum tls_result r = TLS_WANT_READ;
	struct tls_context *context;
	char name[TLS_NAME_MAX + 1];
	struct meeting m;
	struct stage s;

	stage_set(&s);
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	meet_begin(
	    &m, &s, context, TLS_SINGLE, versions[(size_t)_i % ROWS(versions)]);
	tls_refuse_unknown_name(m.tls);
	OK(gnutls_server_name_set(
	    m.client, GNUTLS_NAME_DNS, sni[row].asked, strlen(sni[row].asked)));
	for (int i = 0; i < 100 && r == TLS_WANT_READ; i++) {
		(void)gnutls_handshake(m.client);
		r = tls_handshake(m.tls);
	}
	ck_assert_msg(r == (sni[row].is_known ? TLS_DONE : TLS_FAILED), "%s",
	    tls_error(m.tls));
	if (sni[row].is_known) {
		ck_assert(tls_sni(m.tls, name));
		ck_assert_str_eq(name, "server");
	}
	part(&m);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

/* TLS 1.2 with no signatures that are named, and with SHA-1 only. */
static const char *const unsigned_clients[] = {
	"NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_EXTENSIONS",
	"NORMAL:-VERS-ALL:+VERS-TLS1.2:-SIGN-ALL"
	":+SIGN-ECDSA-SHA1:+SIGN-RSA-SHA1",
};

START_TEST(a_client_that_takes_sha1_only_is_told_so)
{
	enum tls_result r = TLS_WANT_READ;
	struct tls_context *context;
	struct meeting m;
	struct stage s;

	stage_set(&s);
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	meet_begin(&m, &s, context, TLS_SINGLE, unsigned_clients[_i]);
	for (int i = 0; i < 100 && r == TLS_WANT_READ; i++) {
		(void)gnutls_handshake(m.client);
		r = tls_handshake(m.tls);
	}
	ck_assert_int_eq(r, TLS_FAILED);
	ck_assert_msg(tls_is_peers_fault(m.tls), "%s", tls_error(m.tls));
	ck_assert_int_eq(
	    gnutls_handshake(m.client), GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq(
	    gnutls_alert_get(m.client), GNUTLS_A_HANDSHAKE_FAILURE);
	part(&m);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

/* Records that nobody has sealed, after the handshake. */
static const struct {
	unsigned char header[5];
	unsigned char fill; /* of as many bytes as there are, 64 at most */
	gnutls_alert_description_t alerts[2]; /* TLS 1.2, 1.3 */
} wrongs[] = {
	/* GnuTLS tries to open what says that it is something else. */
	{ { 23, 3, 3, 0, 64 }, 0,
	    { GNUTLS_A_BAD_RECORD_MAC, GNUTLS_A_BAD_RECORD_MAC } },
	{ { 21, 3, 3, 0, 64 }, 1,
	    { GNUTLS_A_BAD_RECORD_MAC, GNUTLS_A_BAD_RECORD_MAC } },
	{ { 22, 3, 3, 0, 64 }, 1,
	    { GNUTLS_A_BAD_RECORD_MAC, GNUTLS_A_BAD_RECORD_MAC } },
	{ { 20, 3, 3, 0, 1 }, 1,
	    { GNUTLS_A_BAD_RECORD_MAC, GNUTLS_A_UNEXPECTED_MESSAGE } },
	{ { 23, 3, 3, 0, 0 }, 0,
	    { GNUTLS_A_BAD_RECORD_MAC, GNUTLS_A_BAD_RECORD_MAC } },
	{ { 23, 3, 3, 0xff, 0xff }, 0,
	    { GNUTLS_A_RECORD_OVERFLOW, GNUTLS_A_RECORD_OVERFLOW } },
};

START_TEST(a_record_that_is_wrong_gets_an_alert_that_fits)
{
	size_t row = (size_t)_i / ROWS(versions),
	       version = (size_t)_i % ROWS(versions);
	unsigned char record[5 + 64], byte;
	struct tls_context *context;
	struct meeting m;
	struct stage s;
	ssize_t r = GNUTLS_E_AGAIN;
	size_t n;

	stage_set(&s);
	context = must_load(&s, NULL, STALE_CRL_REFUSE);
	meet(&m, &s, context, TLS_SINGLE, versions[version]);
	memset(record, wrongs[row].fill, sizeof record);
	memcpy(record, wrongs[row].header, sizeof wrongs[row].header);
	ck_assert_int_eq(
	    (int)write(m.pair[1], record, sizeof record), sizeof record);
	ck_assert_int_eq(tls_read(m.tls, &byte, 1, &n), TLS_FAILED);
	ck_assert(tls_has_alerted(m.tls));
	for (int i = 0; i < 100 && r == GNUTLS_E_AGAIN; i++)
		r = gnutls_record_recv(m.client, &byte, 1);
	ck_assert_int_eq((int)r, GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq(
	    gnutls_alert_get(m.client), wrongs[row].alerts[version]);
	part(&m);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

static const struct {
	const char *list;
	enum stale_crl stale;
	const char *verify;
} starts[] = {
	{ NULL, STALE_CRL_REFUSE, "SUCCESS" },
	{ "good.crl", STALE_CRL_REFUSE, "SUCCESS" },
	{ "alice.crl", STALE_CRL_WARN, "FAILED:revoked" },
	{ "old.crl", STALE_CRL_REFUSE, "FAILED:crl-stale" },
	{ "old.crl", STALE_CRL_WARN, "SUCCESS" },
};

START_TEST(a_list_out_of_date_is_no_reason_not_to_start)
{
	struct tls_context *context;
	struct stage s;

	stage_set(&s);
	context = must_load(&s, starts[_i].list, starts[_i].stale);
	visit(&s, context, versions[1], "Initial", starts[_i].verify);
	(void)tls_context_free(context);
	stage_clear(&s);
}
END_TEST

static const struct {
	const char *list, *key, *message;
} faults[] = {
	{ "none", "client-crl", "No such file or directory" },
	{ "server.pem", "client-crl", "no revocation list in PEM: " },
	{ "stranger.crl", "client-crl",
	    "list of \"CN=Stranger\": its issuer is none of the CAs" },
};

START_TEST(a_list_that_is_none_is_a_reason_not_to_start)
{
	struct tls_context *context = NULL;
	struct stssl_error error;
	const char *key = "";
	struct made stranger;
	char start[512];
	struct stage s;
	gnutls_datum_t pem;

	stage_set(&s);
	stranger = make_ca("Stranger", NULL, NULL);
	pem = make_list(&stranger, time(NULL), time(NULL) + HOUR, NULL, 0);
	(void)write_file(&s.files, "stranger.crl", &pem, 1);
	ck_assert_int_lt(
	    load(&s, faults[_i].list, STALE_CRL_REFUSE, &context, &key, &error),
	    0);
	ck_assert_str_eq(key, faults[_i].key);
	(void)snprintf(start, sizeof start, "%s: %s",
	    file_name(&s.files, faults[_i].list), faults[_i].message);
	ck_assert_msg(
	    strncmp(error.text, start, strlen(start)) == 0, "%s", error.text);
	ck_assert_ptr_null(context);
	gnutls_free(pem.data);
	unmake(&stranger);
	stage_clear(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_session_with_a_certificate_is_proven_anew_each_time,
		    ROWS(versions) },
		{ a_key_that_would_burn_the_processor_ends_the_handshake,
		    ROWS(versions) },
		{ a_dot_at_the_end_of_a_name_does_not_count,
		    ROWS(sni) * ROWS(versions) },
		{ a_client_that_takes_sha1_only_is_told_so,
		    ROWS(unsigned_clients) },
		{ a_record_that_is_wrong_gets_an_alert_that_fits,
		    ROWS(wrongs) * ROWS(versions) },
		{ a_client_that_sends_a_share_of_ours_needs_one_hello,
		    2 * ROWS(shares) },
		{ a_list_out_of_date_is_no_reason_not_to_start, ROWS(starts) },
		{ a_list_that_is_none_is_a_reason_not_to_start, ROWS(faults) },
	};

	return test_main("tls", cases, ROWS(cases));
}
