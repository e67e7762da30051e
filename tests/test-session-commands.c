/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Commands and replies on the control connection, but those of logins and
 * transfers.
 */
#include <config.h>
#include "tests/session-stage.h"

/* What the gateway answers by itself, in clear. */
static const struct {
	const char *line, *code;
} own_rows[] = {
	{ "AUTH", "501 " },
	{ "AUTH KERBEROS_V4", "504 " },
	{ "PBSZ 0", "503 " },
	{ "PROT P", "503 " },
	{ "CCC", "533 " },
	{ "ADAT abc", "503 " },
	{ "MIC abc", "503 " },
	{ "CONF abc", "503 " },
	{ "ENC abc", "503 " },
	{ "HOST 127.0.0.1", "220 " },
	{ "HOST 127.0.0.2", "504 " },
	{ "HOST [::1]", "504 " },
	{ "HOST", "501 " },
	{ "HOST ftp.example.org:21", "501 " },
	{ "SITE AUTH", "530 TLS required" },
	{ "site auth", "530 TLS required" },
	{ "REIN", "502 " },
	{ "LPRT 4,1,2", "502 " },
	{ "LPSV", "502 " },
	{ "SSCN ON", "502 " },
	{ "CPSV", "502 " },
	{ "EPSV ALL", "200 " },
	{ "EPSV 2", "522 " },
	{ "PORT 192,0,2,2,200,1", "500 " },
	{ "PORT 192,0,2,1,0,25", "504 " },
	{ "PORT 192,0,2,1,3,255", "504 " },
	{ "EPRT |1|192.0.2.1|1023|", "504 " },
	{ "PORT x", "501 " },
	{ "EPRT |1|192.0.2.2|50000|", "500 " },
	{ "EPRT |3|x|50000|", "522 Network protocol not supported, use (1)" },
	{ "EPRT |2|::1|50000|", "522 Network protocol not supported, use (1)" },
	{ "EPSV ALL ", "200 " },
	{ "PROT P ", "503 " },

	{ "EPRT x", "501 " },
	{ "USER a\rb", "500 " },
	{ "USER\talice", "500 " },
	{ "\013PORT 127,0,0,1,31,144", "500 " },
	{ "PO\377\377\375\001RT 127,0,0,1,31,144", "500 " },
};

START_TEST(commands_of_ours_do_not_reach_the_backend)
{
	struct play p = PASSWORD_PLAY;
	char line[128];

	begin_greeted(&p);
	(void)snprintf(line, sizeof line, "%s\r\n", own_rows[_i].line);
	put(p.client, line);
	expect_code(&p, own_rows[_i].code);
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

static const char *const passive_words[] = { "PASV", "PORT 192,0,2,1,200,1",
	"EPRT |1|192.0.2.1|50000|" };

START_TEST(epsv_all_leaves_epsv_alone)
{
	struct play p = PASSWORD_PLAY;
	char line[64];

	begin_greeted(&p);
	put(p.client, "EPSV ALL\r\n");
	expect_code(&p, "200 ");
	(void)snprintf(line, sizeof line, "%s\r\n", passive_words[_i]);
	put(p.client, line);
	expect_code(&p, "503 ");
	end(&p);
}
END_TEST

static const char *const browsers[] = { "GET / HTTP/1.1", "POST / HTTP/1.1",
	"HEAD /", "PUT /", "DELETE /", "OPTIONS *", "CONNECT a:21", "TRACE /",
	"PATCH /" };

START_TEST(a_browser_gets_no_word)
{
	struct play p = PASSWORD_PLAY;
	char line[64];

	begin_greeted(&p);
	(void)snprintf(line, sizeof line, "%s\r\nUSER a\r\n", browsers[_i]);
	put(p.client, line);
	expect(&p, p.client, "");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

START_TEST(replies_keep_the_order_of_their_commands)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	put(p.client, "NOOP\r\nPBSZ 0\r\nSYST\r\n");
	expect(&p, p.backend, "NOOP\r\n");
	put(p.backend, "200 noop\r\n");
	expect(&p, p.backend, "SYST\r\n");
	put(p.backend, "215 syst\r\n");
	expect(&p, p.client, "200 noop\r\n503 PBSZ needs AUTH TLS first.\r\n");
	expect(&p, p.client, "215 syst\r\n");
	end(&p);
}
END_TEST

START_TEST(features_are_merged)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	pass_up(&p, "FEAT\r\n");
	put(p.backend, "211-Features:\r\n AUTH KRB\r\n EPSV\r\n211 End\r\n");
	expect(&p, p.client,
	    "211-Features:\r\n EPSV\r\n AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n"
	    "211 End\r\n");
	end(&p);
}
END_TEST

START_TEST(a_backend_without_features_leaves_ours)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	pass_up(&p, "FEAT\r\n");
	put(p.backend, "500 what?\r\n");
	expect(&p, p.client,
	    "211-Features:\r\n AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n"
	    "211 End\r\n");
	end(&p);
}
END_TEST

START_TEST(lines_that_are_too_long_get_500_and_then_421)
{
	struct play p = PASSWORD_PLAY;
	char line[6001];

	begin_greeted(&p);
	memset(line, 'x', sizeof line);
	memcpy(line + sizeof line - 3, "\r\n", 3);
	for (int i = 0; i < 4; i++) {
		put(p.client, line);
		expect_code(&p, "500 ");
	}
	put(p.client, line);
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

START_TEST(a_stranger_may_not_talk_for_ever)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	for (int i = 0; i < 9; i++) {
		pass_up(&p, "HELO there\r\n");
		pass_down(&p, "530 log in\r\n");
	}
	put(p.client, "HELO there\r\n");
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

START_TEST(a_backend_that_has_no_mlsd_says_so_at_any_time)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	log_in(&p);
	pass_up(&p, "MLSD\r\n");
	pass_down(&p, "500 unknown\r\n");
	end(&p);
}
END_TEST

/* What goes to the backend as it came, byte for byte. */
static const char *const as_they_come[] = { "DELE x\377y", "RMD x\377yz",
	"DELE x\377\377y", "DELE x\377\364", "RNFR \377\373\001x", "XMD5 a",
	"MD5 a", "XSHA256 a b", "CWD a ", "CWD  a" };

START_TEST(a_backend_hears_names_as_the_client_has_said_them)
{
	struct play p = PASSWORD_PLAY;
	char line[64];

	begin_greeted(&p);
	log_in(&p);
	(void)snprintf(line, sizeof line, "%s\r\n", as_they_come[_i]);
	put(p.client, line);
	expect(&p, p.backend, line);
	end(&p);
}
END_TEST

START_TEST(empty_lines_are_not_answered_and_have_an_end_before_a_login)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	log_in(&p);
	put(p.client, "\r\n\n\r\nNOOP\r\n");
	expect(&p, p.backend, "NOOP\r\n");
	pass_down(&p, "200 ok\r\n");
	end(&p);

	p = (struct play){ .advice.verdict = STSSL_VERDICT_PASSWORD };
	begin_greeted(&p);
	put(p.client, "\n\n\n\n\n\n\n\n\n\n");
	expect_code(&p, "421 ");
	end(&p);
}
END_TEST

START_TEST(features_of_a_backend_that_refuses_in_several_lines_are_ours)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	pass_up(&p, "FEAT\r\n");
	put(p.backend, "530-log\r\n530 in\r\n");
	expect(&p, p.client,
	    "211-Features:\r\n AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n"
	    "211 End\r\n");
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ commands_of_ours_do_not_reach_the_backend, ROWS(own_rows) },
		{ epsv_all_leaves_epsv_alone, ROWS(passive_words) },
		{ a_browser_gets_no_word, ROWS(browsers) },
		{ replies_keep_the_order_of_their_commands, 0 },
		{ features_are_merged, 0 },
		{ a_backend_without_features_leaves_ours, 0 },
		{ lines_that_are_too_long_get_500_and_then_421, 0 },
		{ a_stranger_may_not_talk_for_ever, 0 },
		{ a_backend_that_has_no_mlsd_says_so_at_any_time, 0 },
		{ a_backend_hears_names_as_the_client_has_said_them,
		    ROWS(as_they_come) },
		{ empty_lines_are_not_answered_and_have_an_end_before_a_login,
		    0 },
		{ features_of_a_backend_that_refuses_in_several_lines_are_ours,
		    0 },
	};

	return test_main("session-commands", cases, ROWS(cases));
}
