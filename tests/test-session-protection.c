/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a session comes to be protected: AUTH, the handshake, PROT.
 */
#include <config.h>
#include "tests/session-stage.h"

#include "helper/worker/tls/tls.h"
#include "tests/certificates.h"
#include "tests/keyholder-stage.h"

/* What a listener with a certificate has. */
static struct tls_context *
tls_with_certificate(const struct files *files)
{
	struct made ca = make_ca("Root", NULL, NULL);
	struct made server = make_leaf("server", &ca, NULL);
	char paths[2][256], *certificate = paths[0], *key = paths[1],
			    priority[] = "NORMAL";
	const struct tls_config config = { .certificates = { &certificate, 1 },
		.keys = { &key, 1 },
		.priority = priority };
	struct tls_context *context = NULL;
	struct stssl_error error = { "" };
	const char *wrong;
	gnutls_datum_t pem = pem_of(&server);

	(void)snprintf(certificate, sizeof paths[0], "%s",
	    write_file(files, "server.pem", &pem, 1));
	gnutls_free(pem.data);
	ck_assert_int_eq(
	    gnutls_x509_privkey_export2(server.key, GNUTLS_X509_FMT_PEM, &pem),
	    0);
	(void)snprintf(key, sizeof paths[1], "%s",
	    write_file(files, "server.key", &pem, 1));
	gnutls_free(pem.data);
	ck_assert_msg(tls_context_new(&config, &context, &wrong, &error) == 0,
	    "%s", error.text);
	tls_context_connect(context, keyholder_stage(&config));
	unmake(&server);
	unmake(&ca);
	return context;
}

/*
 * Only a backend that has heard nothing but FEAT goes on behind TLS, unless it
 * was told whose connection it is.
 */
START_TEST(a_backend_that_has_heard_a_command_is_closed_at_auth)
{
	struct play p = PASSWORD_PLAY;
	struct tls_context *tls;
	struct files files;
	char line[FTP_REPLY_MAX];

	files_init(&files);
	/* First, for the keyholder's process has what is open by then. */
	tls = tls_with_certificate(&files);
	p.listen.handshake_seconds = 60;
	p.listen.send_proxy = _i == 2 ? SEND_PROXY_V2 : SEND_PROXY_OFF;
	begin(&p);
	p.host.tls = tls;
	/* A header says that it is in clear. */
	if (_i == 2)
		get(&p, p.backend, line, sizeof line);
	pass_down(&p, "220 ready\r\n");
	if (_i == 1) {
		name_user(&p);
	}
	put(p.client, "AUTH TLS\r\n");
	expect_code(&p, "234 ");
	ck_assert_uint_eq(p.withdrawn, _i > 0);
	if (_i > 0) {
		ck_assert(p.backend_was_open_at_withdrawal);
		expect(&p, p.backend, "");
	} else {
		ck_assert(is_silent(p.backend));
	}
	ck_assert_int_eq(p.session->state, SESSION_HANDSHAKE);
	end(&p);
	(void)tls_context_free(tls);
	files_done(&files);
}
END_TEST

/* By its own timeout: that of the login is far away. */
START_TEST(a_handshake_that_does_not_end_has_a_timeout_of_its_own)
{
	struct play p = PASSWORD_PLAY;
	struct tls_context *tls;
	struct files files;

	files_init(&files);
	tls = tls_with_certificate(&files);
	p.listen.handshake_seconds = 1;
	begin(&p);
	p.host.tls = tls;
	pass_down(&p, "220 ready\r\n");
	put(p.client, "AUTH TLS\r\n");
	expect_code(&p, "234 ");
	expect(&p, p.client, "");
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.failed[PENALTY_HANDSHAKE_TIMEOUT], 1);
	ck_assert_uint_eq(p.failed[PENALTY_LOGIN_TIMEOUT], 0);
	end(&p);
	(void)tls_context_free(tls);
	files_done(&files);
}
END_TEST

START_TEST(bytes_in_clear_behind_auth_end_the_session)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	put(p.client, "AUTH TLS\r\nUSER alice\r\n");
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

START_TEST(a_class_that_demands_protected_data_gets_521)
{
	struct play p = { .demand_private = true };

	begin_greeted(&p);
	put(p.client, "RETR file\r\n");
	expect_code(&p, "521 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_backend_that_has_heard_a_command_is_closed_at_auth, 3 },
		{ a_handshake_that_does_not_end_has_a_timeout_of_its_own, 0 },
		{ bytes_in_clear_behind_auth_end_the_session, 0 },
		{ a_class_that_demands_protected_data_gets_521, 0 },
	};

	return test_main("session-protection", cases, ROWS(cases));
}
