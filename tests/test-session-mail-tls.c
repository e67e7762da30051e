/* SPDX-License-Identifier: BSD-2-Clause
 *
 * IMAP, POP3 and SMTP inside TLS: what is announced there, and EXTERNAL.  The
 * backend goes on behind TLS unless it has heard something of the client.
 */
#include <config.h>
#include "tests/mail-stage.h"

#include "tests/tls-stage.h"

#define NONCE "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"
/* NUL alice NUL and 32 digits */
#define PLAIN    "AGFsaWNlA@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"

#define IMAP_TLS "c 0 STARTTLS\n", "> 0 OK Begin with TLS.\n", "T"
#define IMAP_AGAIN                                                    \
	IMAP_BEGIN, IMAP_TLS, "c 1 CAPABILITY\n", "< 1 CAPABILITY\n", \
	    "b * CAPABILITY X\n1 OK done\n",                          \
	    "> * CAPABILITY X SASL-IR AUTH=PLAIN AUTH=LOGIN "
#define POP3_TLS POP3_BEGIN, "c STLS\n", "> +OK Begin with TLS.\n", "T"
#define SMTP_TLS                                                          \
	SMTP_BEGIN, "c STARTTLS\n", "> 220 2.0.0 Begin with TLS.\n", "T", \
	    "c EHLO me\n", "< EHLO me\n", "b 250-mx\n250 AUTH PLAIN\n",   \
	    "> 250-mx\n250-AUTH PLAIN LOGIN"

/* "T" is the handshake; afterwards the client speaks inside TLS. */
static const struct {
	struct conversation c;
	bool is_implicit, has_certificate;
} rows[] = {
	/* what is announced */
	{ { "imap, without a certificate", LISTEN_IMAP, "tls-required",
	      { IMAP_READY,
		  "> * OK [CAPABILITY IMAP4rev1 ID SASL-IR STARTTLS "
		  "LOGINDISABLED] ready\n",
		  IMAP_TLS, "c 1 CAPABILITY\n", "< 1 CAPABILITY\n",
		  "b * CAPABILITY X STARTTLS\n1 OK done\n",
		  "> * CAPABILITY X SASL-IR AUTH=PLAIN AUTH=LOGIN\n"
		  "1 OK done\n" } },
	    false, false },
	{ { "imap, with a certificate", LISTEN_IMAP, "password",
	      { IMAP_AGAIN "AUTH=EXTERNAL\n1 OK done\n" } },
	    false, true },
	{ { "imap, implicit", LISTEN_IMAP, "password",
	      { "T", IMAP_READY,
		  "> * OK [CAPABILITY IMAP4rev1 ID SASL-IR AUTH=PLAIN "
		  "AUTH=LOGIN AUTH=EXTERNAL] ready\n",
		  "c 1 STARTTLS\n", "> 1 BAD TLS is there already.\n" } },
	    true, true },
	{ { "pop3, with a certificate", LISTEN_POP3, "password",
	      { POP3_TLS, "c CAPA\n", "< CAPA\n", "b +OK\nSTLS\n.\n",
		  "> +OK\nUSER\nSASL PLAIN LOGIN EXTERNAL\n.\n" } },
	    false, true },
	{ { "smtp, with a certificate", LISTEN_SMTP, "password",
	      { SMTP_TLS " EXTERNAL\n250 HELP\n" } },
	    false, true },
	{ { "smtp, without one", LISTEN_SMTP, "password",
	      { SMTP_TLS "\n250 HELP\n" } },
	    false, false },

	/* EXTERNAL, with and without a name, at once and when it is asked */
	{ { "imap, without a name", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a accept",
		  "c 1 AUTHENTICATE EXTERNAL =\n",
		  "< 1 LOGIN \"alice\" \"" NONCE "\"\n", "b 1 OK in\n",
		  "> 1 OK in\n", "c 2 X\n", "< 2 X\n", "b y\n", "> y\n" } },
	    false, true },
	{ { "imap, with a name, when it is asked", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a accept", "c 1 AUTHENTICATE EXTERNAL\n",
		  "> + \n", "c YWxpY2U=\n",
		  "< 1 LOGIN \"alice\" \"" NONCE "\"\n" } },
	    false, true },
	{ { "imap, an empty response when it is asked", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a accept", "c 1 AUTHENTICATE EXTERNAL\n",
		  "> + \n", "c \n", "< 1 LOGIN \"alice\" \"" NONCE "\"\n" } },
	    false, true },
	{ { "pop3", LISTEN_POP3, "password",
	      { POP3_TLS, "a accept", "c AUTH EXTERNAL =\n", "< USER alice\n",
		  "b +OK\n", "< PASS " NONCE "\n", "b +OK in\n",
		  "> +OK in\n" } },
	    false, true },
	{ { "smtp", LISTEN_SMTP, "password",
	      { SMTP_TLS " EXTERNAL\n250 HELP\n", "a accept",
		  "c AUTH EXTERNAL YWxpY2U=\n", "< AUTH PLAIN " PLAIN "\n",
		  "b 235 in\n", "> 235 in\n" } },
	    false, true },

	/* EXTERNAL that is not to be */
	{ { "imap, another's name", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a not-this-user",
		  "c 1 AUTHENTICATE EXTERNAL Ym9i\n",
		  "> 1 NO [AUTHORIZATIONFAILED] The certificate does not "
		  "belong to this user.\n" } },
	    false, true },
	{ { "pop3, another's name", LISTEN_POP3, "password",
	      { POP3_TLS, "a not-this-user", "c AUTH EXTERNAL Ym9i\n",
		  "> -ERR [AUTH] The certificate does not belong to this "
		  "user.\n" } },
	    false, true },
	{ { "smtp, another's name", LISTEN_SMTP, "password",
	      { SMTP_TLS " EXTERNAL\n250 HELP\n", "a not-this-user",
		  "c AUTH EXTERNAL Ym9i\n",
		  "> 535 5.7.8 The certificate does not belong to this "
		  "user.\n" } },
	    false, true },
	{ { "imap, several users", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a ambiguous",
		  "c 1 AUTHENTICATE EXTERNAL =\n",
		  "> 1 NO [AUTHORIZATIONFAILED] The certificate is several "
		  "users'; name one.\n" } },
	    false, true },
	{ { "imap, the password is wanted, too", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a password",
		  "c 1 AUTHENTICATE EXTERNAL YWxpY2U=\n",
		  "> 1 NO [AUTHORIZATIONFAILED] The certificate "
		  "does not log this user in.\n" } },
	    false, true },
	{ { "imap, no certificate", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a accept",
		  "c 1 AUTHENTICATE EXTERNAL =\n",
		  "> 1 NO [AUTHENTICATIONFAILED] Client certificate "
		  "required.\n" } },
	    false, false },

	/* a password that is not needed goes no further */
	{ { "imap, LOGIN by certificate", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "a accept", "c 1 LOGIN alice secret\n",
		  "< 1 LOGIN \"alice\" \"" NONCE "\"\n" } },
	    false, true },
	{ { "pop3, PASS by certificate", LISTEN_POP3, "password",
	      { POP3_TLS, "a accept", "c USER alice\n",
		  "> +OK The password, please.\n", "c PASS secret\n",
		  "< USER alice\n", "b +OK\n", "< PASS " NONCE "\n" } },
	    false, true },
	/* nor without TLS, if nobody needs it */
	{ { "imap, LOGIN by password", LISTEN_IMAP, "password",
	      { IMAP_BEGIN, IMAP_TLS, "c 1 LOGIN alice secret\n",
		  "< 1 LOGIN \"alice\" \"secret\"\n" } },
	    false, true },

	/* SMTP's backend has heard EHLO: TLS begins with another connection */
	{ { "smtp, EHLO in clear", LISTEN_SMTP, "password",
	      { SMTP_HELLO, "c STARTTLS\n", "> 220 2.0.0 Begin with TLS.\n",
		  "N", "T", "b 220 mx\n", "c AUTH PLAIN AGFsaWNlAHB3\n",
		  "> 503 5.5.1 The service has offered no way to log in.\n",
		  "c NOOP\n", "> 250 2.0.0 Done.\n" } },
	    false, false },
};

/* The backend's old connection has ended, and there will be another one. */
static void
change_backend(struct play *p)
{
	expect(p, p->backend, "");
	(void)close(p->backend);
	p->backend = -1;
}

START_TEST(inside_tls_a_conversation_goes_as_it_should)
{
	const struct conversation *c = &rows[_i].c;
	struct play p = { .listen.protocol = c->protocol,
		.listen.client_certificate = CLIENT_REQUEST,
		.listen.handshake_seconds = 60,
		.advice.user = "alice" };
	gnutls_certificate_credentials_t none = credentials_of(NULL);
	struct stage s;

	stage_set(&s);
	p.tls = must_load(&s, "good.crl", STALE_CRL_REFUSE);
	p.tickets = s.tickets;
	p.listen.tls = rows[_i].is_implicit ? LISTEN_IMPLICIT : LISTEN_EXPLICIT;
	mail_advise(&p, c->clear);
	begin(&p);
	mail_advise(&p, "password");
	for (int i = 0; i < STEPS && c->steps[i] != NULL; i++) {
		if (c->steps[i][0] == 'T')
			mail_begin_tls(&p,
			    rows[_i].has_certificate ? s.credentials : none);
		else if (c->steps[i][0] == 'N')
			change_backend(&p);
		else
			mail_step(&p, c->steps[i]);
	}
	mail_end_tls();
	end(&p);
	(void)tls_context_free(p.tls);
	gnutls_certificate_free_credentials(none);
	stage_clear(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ inside_tls_a_conversation_goes_as_it_should, ROWS(rows) },
	};

	return test_main("session-mail-tls", cases, ROWS(cases));
}
