/* SPDX-License-Identifier: BSD-2-Clause
 *
 * FTP at the Edge: what goes to the Server, which is the test, and what comes
 * of its replies.
 */
#include <config.h>
#include "tests/link-edge-stage.h"

/* Logins */

static const struct {
	enum stssl_verdict advice;
	const char *said; /* by the Server, to USER; NULL: it does not hear */
	const char *heard;
	bool says_331, is_in;
	unsigned failed;
} logins[] = {
	{ STSSL_VERDICT_PASSWORD, "331 password?\r\n", "331 password?\r\n",
	    false, false, 0 },
	{ STSSL_VERDICT_ACCEPT, "331 password?\r\n", "331 password?\r\n", false,
	    false, 0 },
	{ STSSL_VERDICT_ACCEPT, "232 hello\r\n",
	    "232 User logged in, authorized by certificate.\r\n", false, true,
	    0 },
	{ STSSL_VERDICT_PASSWORD, "232-hello\r\n232 alice\r\n",
	    "232-hello\r\n232 User logged in, authorized by certificate.\r\n",
	    false, true, 0 },
	{ STSSL_VERDICT_ACCEPT, "232-hello\r\n232 alice\r\n",
	    "331-hello\r\n331 Authorized by certificate; any password will "
	    "do.\r\n",
	    true, true, 0 },
	{ STSSL_VERDICT_ACCEPT, "230 ok\r\n", "230 ok\r\n", false, true, 0 },
	{ STSSL_VERDICT_ACCEPT, "530 no\r\n", "530 no\r\n", false, false, 1 },
	{ STSSL_VERDICT_REFUSE, NULL, "530 Login refused.\r\n", false, false,
	    0 },
};

START_TEST(the_server_has_the_last_word_about_a_login)
{
	struct edge_play v = { .play = PASSWORD_PLAY };

	v.play.listen.certificate_reply_331 = logins[_i].says_331;
	begin_edge(&v);
	v.play.advice.verdict = logins[_i].advice;
	v.play.advice.reason = STSSL_REASON_INTERNAL;
	put(v.play.client, "USER alice\r\n");
	if (logins[_i].said != NULL) {
		hear_command(&v, "USER alice\r\n");
		reply(&v, logins[_i].said);
	}
	expect(&v.play, v.play.client, logins[_i].heard);
	ck_assert_uint_eq(v.play.welcome, logins[_i].is_in);
	ck_assert_uint_eq(
	    v.play.failed[PENALTY_LOGIN_FAILED], logins[_i].failed);
	ck_assert(hears_nothing(&v));
	leave(&v);
}
END_TEST

/* Levels of protection, which need the client's TLS */

static ssize_t
read_client(struct edge_play *v, void *buf, size_t size)
{
	ssize_t n;

	do {
		link_await(v->play.host.loop, v->play.client);
		n = gnutls_record_recv(v->client, buf, size);
	} while (n == GNUTLS_E_AGAIN);
	ck_assert_int_gt(n, 0);
	return n;
}

static void
tell_client(struct edge_play *v, const char *text)
{
	char buf[256];
	ssize_t n = read_client(v, buf, sizeof buf);

	ck_assert_int_eq(n, (ssize_t)strlen(text));
	ck_assert_mem_eq(buf, text, (size_t)n);
}

static void
client_says(struct edge_play *v, const char *text)
{
	ck_assert_int_eq(gnutls_record_send(v->client, text, strlen(text)),
	    (ssize_t)strlen(text));
}

static const struct {
	const char *command, *said;
	bool begins_private, is_private;
} levels[] = {
	{ "PROT P\r\n", "200 fine\r\n", false, true },
	{ "PROT C\r\n", "200 fine\r\n", true, false },
	{ "PROT P\r\n", "504 never\r\n", false, false },
	{ "PROT C\r\n", "534 private\r\n", true, true },
};

/* What it begins with, the Server is told: no client hears the answer. */
START_TEST(the_server_says_whether_data_may_be_in_clear)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	uint8_t bytes[HEADER_MAX];

	v.play.listen.tls = LISTEN_IMPLICIT;
	v.play.listen.implicit_private = levels[_i].begins_private;
	arrive(&v);
	client_begin(&v, false, "NORMAL");
	pick_up(&v);
	(void)client_step(&v);
	ck_assert_int_eq(shake(&v), TLS_DONE);
	say_hello(&v);
	for (int i = 0; i < 100 && client_step(&v) != IO_OK; i++)
		;
	(void)hear_header(&v, bytes);
	reply(&v, "220 ready\r\n");
	tell_client(&v, "220 ready\r\n");
	if (levels[_i].begins_private) {
		hear_command(&v, "PROT P\r\n");
		reply(&v, "200 fine\r\n");
	}
	client_says(&v, levels[_i].command);
	hear_command(&v, levels[_i].command);
	reply(&v, levels[_i].said);
	tell_client(&v, levels[_i].said);
	/* With PROT P it is the Edge that says 150. */
	client_says(&v, "EPSV\r\n");
	hear_command(&v, "EPSV\r\n");
	ck_assert_int_eq(tls_send_ticket(v.link.server), TLS_DONE);
	reply(&v, "229 ok (|||9|)\r\n");
	(void)read_client(&v, bytes, sizeof bytes);
	client_says(&v, "STOR a\r\n");
	if (levels[_i].is_private)
		tell_client(&v, "150 Ok to send data.\r\n");
	else
		hear_command(&v, "STOR a\r\n");
	leave(&v);
}
END_TEST

/* Where data go */

static const struct {
	bool has_ticket;
	const char *said, *heard;
} offers[] = {
	{ true, "227 ok (127,0,0,1,200,1)\r\n", "425 " },
	{ true, "229 ok\r\n", "425 " },
	{ true, "200 ok\r\n", "425 " },
	{ true, "530 log in first\r\n", "530 log in first" },
	{ false, "229 ok (|||9|)\r\n", "451 " },
};

START_TEST(a_server_that_offers_no_data_is_not_asked_for_any)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	char line[FTP_REPLY_MAX];

	begin_edge(&v);
	pass_through(&v, "USER alice\r\n", "230 ok\r\n");
	put(v.play.client, "EPSV\r\n");
	hear_command(&v, "EPSV\r\n");
	if (offers[_i].has_ticket)
		ck_assert_int_eq(tls_send_ticket(v.link.server), TLS_DONE);
	reply(&v, offers[_i].said);
	if (!offers[_i].has_ticket) {
		get(&v.play, v.play.client, line, sizeof line);
		put(v.play.client, "RETR a\r\n");
	}
	expect_code(&v.play, offers[_i].heard);
	ck_assert(hears_nothing(&v));
	leave(&v);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_server_has_the_last_word_about_a_login, ROWS(logins) },
		{ the_server_says_whether_data_may_be_in_clear, ROWS(levels) },
		{ a_server_that_offers_no_data_is_not_asked_for_any,
		    ROWS(offers) },
	};

	return test_main("session-link-ftp", cases, ROWS(cases));
}
