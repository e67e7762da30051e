/* SPDX-License-Identifier: BSD-2-Clause
 *
 * IMAP, POP3 and SMTP in clear, but for logins.
 */
#include <config.h>
#include "tests/mail-stage.h"

static const struct conversation conversations[] = {
	/* capabilities */
	{ "imap: a greeting loses what is ours", LISTEN_IMAP, "password",
	    { "b * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ STARTTLS "
	      "LOGINDISABLED AUTH=PLAIN AUTH=GSSAPI ID] Dovecot ready.\n",
		"> * OK [CAPABILITY IMAP4rev1 LITERAL+ ID SASL-IR STARTTLS "
		"AUTH=PLAIN "
		"AUTH=LOGIN] Dovecot ready.\n" } },
	{ "imap: a class that demands TLS disables LOGIN", LISTEN_IMAP,
	    "tls-required",
	    { IMAP_READY, "> * OK [CAPABILITY IMAP4rev1 ID SASL-IR STARTTLS "
			  "LOGINDISABLED] ready\n" } },
	{ "imap: so does an advisor that cannot say", LISTEN_IMAP, "helper",
	    { IMAP_READY, "> * OK [CAPABILITY IMAP4rev1 ID SASL-IR STARTTLS "
			  "LOGINDISABLED] ready\n" } },
	{ "imap: a list is rewritten wherever it stands", LISTEN_IMAP,
	    "password",
	    { IMAP_BEGIN, "c 1 capability\n", "< 1 CAPABILITY\n",
		"b * CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\n"
		"1 OK [capability AUTH=X IDLE] done\n",
		"> * CAPABILITY IMAP4rev1 SASL-IR STARTTLS AUTH=PLAIN "
		"AUTH=LOGIN\n"
		"1 OK [capability IDLE SASL-IR STARTTLS AUTH=PLAIN "
		"AUTH=LOGIN] done\n" } },
	{ "imap: a list without an end is nonsense", LISTEN_IMAP, "password",
	    { "b * OK [CAPABILITY IMAP4rev1\n",
		"> * BYE The service answers nonsense.\n", ">" } },
	{ "pop3: CAPA is ours where it is about logins", LISTEN_POP3,
	    "password",
	    { POP3_BEGIN, "c CAPA\n", "< CAPA\n",
		"b +OK list\nTOP\nSTLS\nUSER\nSASL PLAIN GSSAPI\nUIDL\n.\n",
		"> +OK\nTOP\nUIDL\nSTLS\nUSER\nSASL PLAIN LOGIN\n.\n" } },
	{ "pop3: no password in clear where TLS may be demanded", LISTEN_POP3,
	    "no-certificate",
	    { POP3_BEGIN, "c CAPA\n", "< CAPA\n", "b +OK\nUSER\nTOP\n.\n",
		"> +OK\nTOP\nSTLS\n.\n" } },
	{ "pop3: a backend without CAPA leaves ours", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c CAPA\n", "< CAPA\n", "b -ERR what?\n",
		"> +OK\nSTLS\nUSER\nSASL PLAIN LOGIN\n.\n" } },
	{ "smtp: EHLO is ours where it is about logins", LISTEN_SMTP,
	    "password",
	    { SMTP_BEGIN, "c ehlo me.example\n", "< EHLO me.example\n",
		"b 250-mx hello\n250-STARTTLS\n250-XCLIENT NAME ADDR\n"
		"250-AUTH=PLAIN\n250-AUTH PLAIN GSSAPI\n250-PIPELINING\n"
		"250 8BITMIME\n",
		"> 250-mx hello\n250-STARTTLS\n250-AUTH PLAIN LOGIN\n"
		"250-PIPELINING\n"
		"250-8BITMIME\n250 HELP\n" } },
	{ "smtp: no AUTH in clear where TLS may be demanded", LISTEN_SMTP,
	    "tls-required",
	    { SMTP_BEGIN, "c EHLO me\n", "< EHLO me\n",
		"b 250-mx\n250 AUTH PLAIN\n",
		"> 250-mx\n250-STARTTLS\n250 HELP\n" } },
	{ "smtp: HELO has one line", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c HELO me\n", "< HELO me\n", "b 250 mx\n",
		"> 250 mx\n" } },
	{ "smtp: a refused EHLO may be said again", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c EHLO me\n", "< EHLO me\n", "b 550-no\n550 never\n",
		"> 550 never\n", "c NOOP\n", "> 250 2.0.0 Done.\n" } },
	{ "smtp: a name is one word", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c EHLO a b\n", "> 501 5.5.4 It needs your name.\n",
		"c HELO\n", "> 501 5.5.4 It needs your name.\n" } },
	{ "smtp: a greeting may have several lines", LISTEN_SMTP, "password",
	    { "b 220-a\n220 b\n", "> 220-a\n220 b\n" } },

	/* greetings that are none */
	{ "imap: nobody is logged in unasked", LISTEN_IMAP, "password",
	    { "b * PREAUTH welcome\n",
		"> * BYE The service answers nonsense.\n", ">" } },
	{ "imap: farewell", LISTEN_IMAP, "password",
	    { "b * BYE full\n", "> * BYE full\n", ">" } },
	{ "pop3: farewell", LISTEN_POP3, "password",
	    { "b -ERR full\n", "> -ERR full\n", ">" } },
	{ "smtp: farewell", LISTEN_SMTP, "password",
	    { "b 554 no\n", "> 554 no\n", ">" } },
	{ "smtp: not ready", LISTEN_SMTP, "password",
	    { "b 250 hello\n", "> 421 4.7.0 The service answers nonsense.\n",
		">" } },
	{ "imap: nothing that is known", LISTEN_IMAP, "password",
	    { "b SSH-2.0-x\n", "> * BYE The service answers nonsense.\n",
		">" } },
	{ "pop3: closed at once", LISTEN_POP3, "password",
	    { "B", "> -ERR The service has closed the connection.\n", ">" } },

	/* a backend that is none */
	{ "imap: in before the password", LISTEN_IMAP, "password",
	    { "b * OK [CAPABILITY AUTH=PLAIN]\n",
		"> * OK [CAPABILITY SASL-IR STARTTLS AUTH=PLAIN AUTH=LOGIN]\n",
		"c a LOGIN al x\n", "< a AUTHENTICATE PLAIN\n", "b a OK in\n",
		"> * BYE The service answers nonsense.\n", ">" } },
	{ "imap: it asks for more", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN al x\n", "< a LOGIN \"al\" \"x\"\n",
		"b + more\n", "> * BYE The service answers nonsense.\n",
		">" } },
	{ "imap: another tag", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN al x\n", "< a LOGIN \"al\" \"x\"\n",
		"b b OK in\n", "> * BYE The service answers nonsense.\n",
		">" } },
	{ "smtp: it says more than it was asked", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "b 235 in\n",
		"> 421 4.7.0 The service answers nonsense.\n", ">" } },
	{ "smtp: it has no time any more", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "b 421 bye\n", "> 421 bye\n", ">" } },
	{ "imap: it says what was not asked", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "b * OK still here\n", "c a NOOP\n", "> a OK Done.\n",
		"b * BYE idle\n", "> * BYE idle\n", ">" } },
	{ "smtp: gone in the middle of a list", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c EHLO me\n", "< EHLO me\n", "b 250-mx\n",
		"> 250-mx\n250-STARTTLS\n250-AUTH PLAIN LOGIN\n", "B", ">" } },
	{ "smtp: a list that changes its mind", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c EHLO me\n", "< EHLO me\n", "b 250-mx\n550 no\n",
		"> 250-mx\n250-STARTTLS\n250-AUTH PLAIN LOGIN\n", ">" } },
	{ "imap: gone during a login", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN al x\n", "< a LOGIN \"al\" \"x\"\n", "B",
		"> * BYE The service has closed the connection.\n", ">" } },

	/* commands that are not for the backend */
	{ "imap: answered here", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c 1 NOOP\n", "> 1 OK Done.\n",
		"c 2 ID (\"x-originating-ip\" \"1.2.3.4\")\n",
		"> * ID NIL\n2 OK Done.\n", "c 3 LOGOUT\n",
		"> * BYE Bye.\n3 OK Bye.\n", ">" } },
	{ "imap: refused here", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c 1 SELECT INBOX\n", "> 1 BAD Not before login.\n",
		"c 2 ENABLE X\n", "> 2 BAD Not before login.\n", "c 3\n",
		"> * BAD There is no tag.\n", "c \n",
		"> * BAD There is no tag.\n", "c a+b NOOP\n",
		"> * BAD There is no tag.\n", "c 1 CAPABILITY x\n",
		"> 1 BAD There is no argument.\n" } },
	{ "pop3: refused here", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c APOP al 0123\n", "> -ERR Not before login.\n",
		"c XCLIENT ADDR=1.2.3.4\n", "> -ERR Not before login.\n",
		"c QUIT\n", "> +OK Bye.\n", ">" } },
	{ "smtp: refused here", LISTEN_SMTP, "password",
	    { SMTP_HELLO, "c XCLIENT ADDR=1.2.3.4 LOGIN=root\n",
		"> 530 5.7.0 Authentication required.\n", "c MAIL FROM:<a@b>\n",
		"> 530 5.7.0 Authentication required.\n", "c DATA\n",
		"> 530 5.7.0 Authentication required.\n", "c RSET\n",
		"> 250 2.0.0 Done.\n", "c HELP\n",
		"> 214 2.0.0 See RFC 4954.\n", "c QUIT\n", "> 221 2.0.0 Bye.\n",
		">" } },

	/* TLS that cannot be */
	{ "imap: TLS is not available", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c 1 STARTTLS\n",
		"> 1 NO [UNAVAILABLE] TLS is not available.\n",
		"c 2 STARTTLS x\n", "> 2 BAD There is no argument.\n" } },
	{ "pop3: TLS is not available", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c STLS\n",
		"> -ERR [SYS/TEMP] TLS is not available.\n" } },
	{ "smtp: TLS is not available", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c STARTTLS\n",
		"> 454 4.7.0 TLS is not available.\n" } },

	/* what was read beyond the login is not lost, on neither side */
	{ "imap: pipelined behind the login", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c a LOGIN al x\nb SELECT INBOX\n",
		"< a LOGIN \"al\" \"x\"\n", "b a OK in\n* 3 EXISTS\n",
		"> a OK in\n", "> * 3 EXISTS\n", "< b SELECT INBOX\n" } },
};

START_TEST(a_conversation_goes_as_it_should)
{
	converse(&conversations[_i]);
}
END_TEST

static const struct conversation behind[] = {
	{ "imap: a command behind STARTTLS", LISTEN_IMAP, "password",
	    { IMAP_BEGIN, "c 1 STARTTLS\n2 LOGIN al x\n",
		"> * BYE Nothing may follow before TLS.\n", ">" } },
	{ "pop3: a command behind STLS", LISTEN_POP3, "password",
	    { POP3_BEGIN, "c STLS\nUSER al\n",
		"> -ERR Nothing may follow before TLS.\n", ">" } },
	{ "smtp: half a command behind STARTTLS", LISTEN_SMTP, "password",
	    { SMTP_BEGIN, "c STARTTLS\nEH",
		"> 421 4.7.0 Nothing may follow before TLS.\n", ">" } },
};

START_TEST(nothing_in_clear_reaches_the_inside)
{
	converse(&behind[_i]);
}
END_TEST

/* From either side; a line may be as long as the backend's longest. */
static const struct {
	bool is_backends;
	size_t len;
} floods[] = { { false, 4097 }, { false, 20000 }, { true, 4097 } };

START_TEST(a_line_without_an_end_ends_the_session)
{
	struct play p = PASSWORD_PLAY;
	static char flood[20001];

	memset(flood, 'x', floods[_i].len);
	flood[floods[_i].len] = '\0';
	p.listen.protocol = LISTEN_SMTP;
	p.tls = mail_tls();
	begin(&p);
	pass_down(&p, "220 mx\r\n");
	put(floods[_i].is_backends ? p.backend : p.client, flood);
	expect_code(&p, "421 4.7.0 ");
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

/* Dovecot's 2.4 is a third of this. */
START_TEST(a_list_may_be_long)
{
	struct play p = PASSWORD_PLAY;
	char list[4096] = "* OK [CAPABILITY", expected[4200];

	p.listen.protocol = LISTEN_IMAP;
	for (int i = 0; strlen(list) < 3900; i++)
		(void)snprintf(list + strlen(list), 32, " WORD-%d", i);
	(void)snprintf(expected, sizeof expected,
	    "%s SASL-IR STARTTLS AUTH=PLAIN AUTH=LOGIN] hi\r\n", list);
	(void)strcat(list, " STARTTLS] hi\r\n");
	p.tls = mail_tls();
	begin(&p);
	put(p.backend, list);
	expect(&p, p.client, expected);
	end(&p);
}
END_TEST

START_TEST(a_client_that_does_not_log_in_is_sent_away)
{
	struct play p = PASSWORD_PLAY;

	p.listen.protocol = LISTEN_POP3;
	p.tls = mail_tls();
	begin(&p);
	pass_down(&p, "+OK x\r\n");
	for (int i = 0; i < 10; i++) {
		put(p.client, "STAT\r\n");
		expect(&p, p.client,
		    i < 9 ? "-ERR Not before login.\r\n"
			  : "-ERR Too many bad commands.\r\n");
	}
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_conversation_goes_as_it_should, ROWS(conversations) },
		{ nothing_in_clear_reaches_the_inside, ROWS(behind) },
		{ a_line_without_an_end_ends_the_session, ROWS(floods) },
		{ a_list_may_be_long, 0 },
		{ a_client_that_does_not_log_in_is_sent_away, 0 },
	};

	return test_main("session-mail", cases, ROWS(cases));
}
