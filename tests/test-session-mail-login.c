/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Logins of IMAP, POP3 and SMTP, in clear.
 */
#include <config.h>
#include "tests/mail-stage.h"

static const struct conversation conversations[] = {
	/* logins by password */
	{ "imap: LOGIN, quoted", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a1 LOGIN al \"s\\\\e\\\"c\"\n",
		"< a1 LOGIN \"al\" \"s\\\\e\\\"c\"\n",
		"b * CAPABILITY X\n* OK more\na1 OK [CAPABILITY Y] in\n",
		"> * CAPABILITY X\na1 OK [CAPABILITY Y] in\n",
		"c a2 XYZZY {3+}\n", "< a2 XYZZY {3+}\n", "b anything\n",
		"> anything\n" } },
	{ "imap: LOGIN, literals that are waited for", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN {2}\n", "> + Go on.\n", "c al {4}\n",
		"> + Go on.\n", "c se c\n", "< a LOGIN \"al\" \"se c\"\n",
		"b a OK in\n", "> a OK in\n" } },
	{ "imap: LOGIN, literals that are not", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN {2+}\nal {3+}\nx y\n",
		"< a LOGIN \"al\" \"x y\"\n" } },
	{ "imap: LOGIN, an empty password", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN al {0+}\n\n",
		"< a LOGIN \"al\" \"\"\n" } },
	{ "imap: a literal that is longer than its line", LISTEN_IMAP,
	    "password",
	    { IMAP_BEGIN, "c a LOGIN {20+}\nx\nb LOGIN y z\n",
		"> * BYE A literal may have no line break here.\n", ">" } },
	{ "imap: a literal that is too long, and not waited for", LISTEN_IMAP,
	    "password",
	    { IMAP_BEGIN, "c a LOGIN {99999+}\nx\n",
		"> * BYE Malformed LOGIN.\n", ">" } },
	{ "imap: a literal that is too long, and waited for", LISTEN_IMAP,
	    "password",
	    { IMAP_BEGIN, "c a LOGIN {99999}\n",
		"> a BAD LOGIN needs a name and a password.\n", "c b NOOP\n",
		"> b OK Done.\n" } },
	{ "imap: a literal of another command", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a NOOP {12+}\nb LOGIN y z\n",
		"> * BYE A literal is not allowed here.\n", ">" } },
	{ "imap: what is no command, with a literal", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a SELECT {12+}\nb LOGIN y z\n",
		"> * BYE A literal is not allowed here.\n", ">" } },
	{ "imap: LOGIN with too little, too much", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN\n",
		"> a BAD LOGIN needs a name and a password.\n",
		"c a LOGIN al\n",
		"> a BAD LOGIN needs a name and a password.\n",
		"c a LOGIN al b c\n",
		"> a BAD LOGIN needs a name and a password.\n",
		"c a LOGIN \"al b\n",
		"> a BAD LOGIN needs a name and a password.\n" } },
	{ "imap: AUTHENTICATE PLAIN at a backend that has it", LISTEN_IMAP,
	    "password",
	    { "b * OK [CAPABILITY X AUTH=PLAIN]\n",
		"> * OK [CAPABILITY X SASL-IR STARTTLS AUTH=PLAIN "
		"AUTH=LOGIN]\n",
		/* NUL alice NUL pw */
		"c a AUTHENTICATE PLAIN AGFsaWNlAHB3\n",
		"< a AUTHENTICATE PLAIN\n", "b +\n", "< AGFsaWNlAHB3\n",
		"b a OK\n", "> a OK\n", "b * x\n", "> * x\n" } },
	{ "imap: AUTHENTICATE LOGIN at one that has not", LISTEN_IMAP,
	    "password",
	    { IMAP_BEGIN, "c a authenticate login\n", "> + VXNlcm5hbWU6\n",
		"c YWxpY2U=\n", "> + UGFzc3dvcmQ6\n", "c cHc=\n",
		"< a LOGIN \"alice\" \"pw\"\n" } },
	{ "pop3: USER, PASS", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c USER alice\n", "> +OK The password, please.\n",
		"c PASS p w\n", "< USER alice\n", "b +OK\n", "< PASS p w\n",
		"b +OK in\n", "> +OK in\n", "c XCLIENT\n", "< XCLIENT\n" } },
	{ "pop3: PASS without USER", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c PASS x\n", "> -ERR USER comes first.\n" } },
	{ "pop3: PASS after a refused USER", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c USER alice\n", "> +OK The password, please.\n",
		"a no-class", "c USER bob\n", "> -ERR [AUTH] Login refused.\n",
		"c PASS x\n", "> -ERR USER comes first.\n" } },
	{ "pop3: AUTH PLAIN", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c AUTH PLAIN\n", "> + \n", "c AGFsaWNlAHB3\n",
		"< USER alice\n", "b +OK\n", "< PASS pw\n" } },
	{ "smtp: AUTH PLAIN", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH PLAIN AGFsaWNlAHB3\n",
		"< AUTH PLAIN AGFsaWNlAHB3\n", "b 235 2.7.0 in\n",
		"> 235 2.7.0 in\n", "c DATA\n", "< DATA\n" } },
	{ "smtp: AUTH LOGIN, with the name at once", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH LOGIN YWxpY2U=\n", "> 334 UGFzc3dvcmQ6\n",
		"c cHc=\n", "< AUTH PLAIN AGFsaWNlAHB3\n" } },
	{ "smtp: a backend that has AUTH LOGIN only", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c EHLO me\n", "< EHLO me\n",
		"b 250-mx\n250 AUTH LOGIN\n",
		"> 250-mx\n250-STARTTLS\n250-AUTH PLAIN LOGIN\n250 HELP\n",
		"c AUTH PLAIN AGFsaWNlAHB3\n", "< AUTH LOGIN\n",
		"b 334 VXNlcm5hbWU6\n", "< YWxpY2U=\n", "b 334 UGFzc3dvcmQ6\n",
		"< cHc=\n", "b 235 in\n", "> 235 in\n" } },
	{ "smtp: AUTH with no mechanism has none of the next line", LISTEN_SMTP,
	    "password",
	    { SMTP_BEGIN, "c EHLO me\n", "< EHLO me\n",
		"b 250-mx\n250-AUTH\n250-X PLAIN x\n250 Y\n",
		"> 250-mx\n250-STARTTLS\n250-AUTH PLAIN LOGIN\n"
		"250-X PLAIN x\n250-Y\n250 HELP\n",
		"c AUTH PLAIN AGFsaWNlAHB3\n",
		"> 503 5.5.1 The service has offered no way to log in.\n" } },
	{ "pop3: a reply with more than its word", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c USER al\n", "> +OK The password, please.\n",
		"c PASS x\n", "< USER al\n", "b +OK=\033\n",
		"> -ERR The service answers nonsense.\n", ">" } },
	{ "smtp: AUTH needs EHLO", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c AUTH PLAIN AGFsaWNlAHB3\n",
		"> 503 5.5.1 The service has offered no way to log in.\n" } },

	/* SASL that is not right */
	{ "a response that is no base64", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH PLAIN AGF!\n",
		"> 501 5.5.4 That is no base64.\n", "c AUTH PLAIN AGFsa\n",
		"> 501 5.5.4 That is no base64.\n" } },
	{ "a response with too few strings", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH PLAIN YWxpY2U=\n",
		"> 501 5.5.4 Malformed response.\n", "c AUTH PLAIN AGFsaWNl\n",
		"> 501 5.5.4 Malformed response.\n", "c AUTH PLAIN =\n",
		"> 501 5.5.4 Malformed response.\n" } },
	/* NUL alice NUL pw NUL x */
	{ "a response with too many", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH PLAIN AGFsaWNlAHB3AHg=\n",
		"> 501 5.5.4 Malformed response.\n" } },
	/* bob NUL alice NUL pw, and alice NUL alice NUL pw */
	{ "for another one, and for oneself", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH PLAIN Ym9iAGFsaWNlAHB3\n",
		"> 535 5.7.8 The certificate does not belong to this user.\n",
		"c AUTH PLAIN YWxpY2UAYWxpY2UAcHc=\n",
		"< AUTH PLAIN AGFsaWNlAHB3\n" } },
	/* NUL al LF ce NUL pw, NUL alice NUL p CR LF w */
	{ "line breaks in a name, in a password", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c AUTH PLAIN AGFsCmNlAHB3\n",
		"> -ERR [AUTH] Login refused.\n",
		"c AUTH PLAIN AGFsaWNlAHANCnc=\n",
		"> -ERR Not an acceptable password.\n" } },
	{ "imap: line breaks in LOGIN", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN al \"x\ry\"\n",
		"> a BAD Not an acceptable password.\n",
		"c a LOGIN al {3+}\nx\ry\n",
		"> a BAD Not an acceptable password.\n", "c a LOGIN al x\ry\n",
		"> a BAD Not an acceptable password.\n",
		"c a LOGIN \"a\rl\" x\n",
		"> a NO [AUTHENTICATIONFAILED] Login refused.\n" } },
	{ "a response that cancels", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a AUTHENTICATE PLAIN\n", "> + \n", "c *\n",
		"> a BAD Cancelled.\n" } },
	{ "a mechanism that there is not", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a AUTHENTICATE GSSAPI\n",
		"> a NO There is no such mechanism.\n" } },
	{ "imap: EXTERNAL in clear", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a AUTHENTICATE EXTERNAL =\n",
		"> a NO [PRIVACYREQUIRED] TLS required.\n" } },
	{ "pop3: EXTERNAL in clear", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c AUTH EXTERNAL =\n", "> -ERR TLS required.\n" } },
	{ "smtp: EXTERNAL in clear", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH EXTERNAL\n",
		"> 538 5.7.11 TLS required.\n" } },

	/* the advisor, before the password where it can */
	{ "imap: LOGIN refused", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "a tls-required", "c a LOGIN al secret\n",
		"> a NO [PRIVACYREQUIRED] TLS required.\n", "a no-certificate",
		"c a LOGIN al secret\n",
		"> a NO [AUTHENTICATIONFAILED] Client certificate required.\n",
		"a not-this-user", "c a LOGIN al secret\n",
		"> a NO [AUTHORIZATIONFAILED] The certificate does not belong "
		"to this user.\n",
		"a helper", "c a LOGIN al secret\n",
		"> a NO [UNAVAILABLE] Try again later.\n", "a password",
		"c a NOOP\n", "> a OK Done.\n", "c b LOGIN al x\n",
		"< b LOGIN \"al\" \"x\"\n" } },
	{ "pop3: USER refused", LISTEN_POP3, "password",
	    { POP3_BEGIN, "a no-class", "c USER al\n",
		"> -ERR [AUTH] Login refused.\n", "a helper", "c USER al\n",
		"> -ERR [SYS/TEMP] Try again later.\n", "a tls-required",
		"c USER al\n", "> -ERR TLS required.\n" } },
	{ "pop3: asked about again before the password goes", LISTEN_POP3,
	    "password",
	    { POP3_BEGIN, "c USER al\n", "> +OK The password, please.\n",
		"a tls-required", "c PASS secret\n",
		"> -ERR TLS required.\n" } },
	{ "smtp: AUTH LOGIN refused before the password", LISTEN_SMTP,
	    "password",
	    { SMTP_HELLO, "a class-refuses", "c AUTH LOGIN YWxpY2U=\n",
		"> 535 5.7.8 Login refused.\n" } },
	{ "smtp: AUTH PLAIN refused", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "a tls-required", "c AUTH PLAIN AGFsaWNlAHB3\n",
		"> 538 5.7.11 TLS required.\n" } },

	/* the backend's no, and then a login that is right */
	{ "imap: a wrong password", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN al x\n", "< a LOGIN \"al\" \"x\"\n",
		"b * CAPABILITY X\na NO [AUTHENTICATIONFAILED] no\n",
		"> a NO [AUTHENTICATIONFAILED] no\n", "c b LOGIN al y\n",
		"< b LOGIN \"al\" \"y\"\n", "b b OK\n", "> b OK\n" } },
	{ "pop3: a wrong password", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c USER al\n", "> +OK The password, please.\n",
		"c PASS x\n", "< USER al\n", "b +OK\n", "< PASS x\n",
		"b -ERR no\n", "> -ERR no\n", "c PASS x\n",
		"> -ERR USER comes first.\n" } },
	{ "pop3: a name that the backend does not want", LISTEN_POP3,
	    "password",
	    { POP3_BEGIN, "c USER al\n", "> +OK The password, please.\n",
		"c PASS x\n", "< USER al\n", "b -ERR who?\n",
		"> -ERR who?\n" } },
	{ "smtp: a wrong password", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c AUTH PLAIN AGFsaWNlAHB3\n",
		"< AUTH PLAIN AGFsaWNlAHB3\n", "b 535-5.7.8 no\n535 no\n",
		"> 535 no\n", "c MAIL FROM:<a@b>\n",
		"> 530 5.7.0 Authentication required.\n" } },
};

START_TEST(a_login_goes_as_it_should)
{
	converse(&conversations[_i]);
}
END_TEST

static const struct {
	enum listen_protocol protocol;
	const char *greeting, *login, *at_backend, *reply, *last;
	unsigned penalties; /* after five of them */
} failures[] = {
	{ LISTEN_IMAP, "* OK x\r\n", "a LOGIN al x\r\n",
	    "a LOGIN \"al\" \"x\"\r\n", "a NO no\r\n",
	    "* BYE Too many failed logins.\r\n", 5 },
	{ LISTEN_IMAP, "* OK x\r\n", "a LOGIN al x\r\n",
	    "a LOGIN \"al\" \"x\"\r\n", "a NO [UNAVAILABLE] later\r\n",
	    "* BYE Too many failed logins.\r\n", 0 },
	/* a fault only in what the client itself has chosen */
	{ LISTEN_IMAP, "* OK x\r\n", "[INUSE] LOGIN al x\r\n",
	    "[INUSE] LOGIN \"al\" \"x\"\r\n", "[INUSE] NO no\r\n",
	    "* BYE Too many failed logins.\r\n", 5 },
	{ LISTEN_IMAP, "* OK x\r\n", "400 LOGIN al x\r\n",
	    "400 LOGIN \"al\" \"x\"\r\n", "400 NO no\r\n",
	    "* BYE Too many failed logins.\r\n", 5 },
	{ LISTEN_IMAP, "* OK x\r\n", "a LOGIN [INUSE] x\r\n",
	    "a LOGIN \"[INUSE]\" \"x\"\r\n", "a NO not [INUSE]\r\n",
	    "* BYE Too many failed logins.\r\n", 5 },
};

START_TEST(failed_logins_have_an_end_and_a_penalty)
{
	struct play p = PASSWORD_PLAY;

	p.listen.protocol = failures[_i].protocol;
	p.tls = mail_tls();
	begin(&p);
	pass_down(&p, failures[_i].greeting);
	for (int i = 0; i < 5; i++) {
		put(p.client, failures[_i].login);
		expect(&p, p.backend, failures[_i].at_backend);
		put(p.backend, failures[_i].reply);
		expect(&p, p.client,
		    i < 4 ? failures[_i].reply : failures[_i].last);
	}
	expect(&p, p.client, "");
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.welcome, 0);
	ck_assert_uint_eq(
	    p.failed[PENALTY_LOGIN_FAILED], failures[_i].penalties);
	end(&p);
}
END_TEST

START_TEST(refusals_have_an_end_and_a_penalty)
{
	struct play p = PASSWORD_PLAY;

	p.listen.protocol = LISTEN_POP3;
	p.tls = mail_tls();
	begin(&p);
	pass_down(&p, "+OK x\r\n");
	mail_advise(&p, "no-class");
	for (int i = 0; i < 5; i++) {
		put(p.client, "USER al\r\n");
		expect(&p, p.client,
		    i < 4 ? "-ERR [AUTH] Login refused.\r\n"
			  : "-ERR Too many failed logins.\r\n");
	}
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.failed[PENALTY_LOGIN_FAILED], 5);
	end(&p);
}
END_TEST

START_TEST(a_failed_login_is_answered_after_a_while)
{
	struct play p = PASSWORD_PLAY;

	p.listen.protocol = LISTEN_POP3;
	p.listen.failed_login_seconds = 1;
	p.tls = mail_tls();
	begin(&p);
	pass_down(&p, "+OK x\r\n");
	mail_advise(&p, "no-class");
	put(p.client, "USER al\r\nUSER bob\r\n");
	for (int i = 0; i < 8; i++)
		ev_run(p.host.loop, EVRUN_NOWAIT);
	ck_assert(is_silent(p.client));
	ck_assert_str_eq(p.asked_for, "al");
	expect(&p, p.client, "-ERR [AUTH] Login refused.\r\n");
	end(&p);
}
END_TEST

static const struct {
	const char *reply, *event, *line;
} lines[] = {
	{ "a OK in\r\n", "logged-in",
	    "logged-in session=7 listener=ftp "
	    "peer=192.0.2.1:40000 user=\"a\\\"l\" by=password "
	    "verdict=password reply=OK tls=none" },
	{ "a BAD no\r\n", "login-failed",
	    "login-failed session=7 listener=ftp "
	    "peer=192.0.2.1:40000 user=\"a\\\"l\" by=password "
	    "verdict=password reply=BAD tls=none" },
};

START_TEST(a_login_has_a_line_in_the_log)
{
	struct play p = PASSWORD_PLAY;
	int log;

	p.listen.protocol = LISTEN_IMAP;
	p.decides = true;
	p.decision = STSSL_VERDICT_PASSWORD;
	p.tls = mail_tls();
	begin(&p);
	pass_down(&p, "* OK x\r\n");
	put(p.client, "a LOGIN \"a\\\"l\" {5}\r\n");
	expect(&p, p.client, "+ Go on.\r\n");
	log = hear_log();
	put(p.client, "secre\r\n");
	expect(&p, p.backend, "a LOGIN \"a\\\"l\" \"secre\"\r\n");
	put(p.backend, lines[_i].reply);
	expect(&p, p.client, lines[_i].reply);
	ck_assert_str_eq(next_line(log, lines[_i].event), lines[_i].line);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_login_goes_as_it_should, ROWS(conversations) },
		{ failed_logins_have_an_end_and_a_penalty, ROWS(failures) },
		{ refusals_have_an_end_and_a_penalty, 0 },
		{ a_failed_login_is_answered_after_a_while, 0 },
		{ a_login_has_a_line_in_the_log, ROWS(lines) },
	};

	return test_main("session-mail-login", cases, ROWS(cases));
}
