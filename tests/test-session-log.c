/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lines of an audit: what the log says of a session's logins.
 */
#include <config.h>
#include "tests/session-stage.h"

#include "helper/base/log.h"

/* Where all lines of the log go: a level in front of each. */
static int
hear_log(void)
{
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	log_through(pair[1]);
	return pair[0];
}

/* The next line that begins with `event`; fails when there is none. */
static const char *
next_line(int log, const char *event)
{
	static char line[4096];
	ssize_t n;

	do {
		n = recv(log, line, sizeof line - 1, 0);
		ck_assert_msg(n > 0, "the log has no line %s", event);
		line[n] = '\0';
	} while (strncmp(line + 1, event, strlen(event)) != 0 ||
		 line[1 + strlen(event)] != ' ');
	return line + 1;
}

static bool
has_line(int log, const char *event)
{
	char line[4096];
	ssize_t n;

	while ((n = recv(log, line, sizeof line - 1, 0)) > 0) {
		line[n] = '\0';
		if (strncmp(line + 1, event, strlen(event)) == 0)
			return true;
	}
	return false;
}

#define WHO "session=7 listener=ftp peer=192.0.2.1:40000 "

/* What the module and the backend say to a password. */
static const struct {
	enum stssl_verdict verdict;
	const char *reply, *code, *line;
} password_rows[] = {
	{ STSSL_VERDICT_PASSWORD, "230 in\r\n", "230 ",
	    "logged-in " WHO "user=\"alice\" by=password verdict=password "
	    "reply=230 tls=none" },
	{ STSSL_VERDICT_ACCEPT, "230 in\r\n", "230 ",
	    "logged-in " WHO "user=\"alice\" by=password verdict=accept "
	    "reply=230 tls=none" },
	{ STSSL_VERDICT_PASSWORD, "530-No.\r\n530 Login incorrect.\r\n", "530-",
	    "login-failed " WHO "user=\"alice\" by=password verdict=password "
	    "reply=530 tls=none" },
	{ STSSL_VERDICT_REFUSE, "530 Login incorrect.\r\n", "530 ",
	    "login-failed " WHO "user=\"alice\" by=password verdict=refuse "
	    "reply=530 tls=none" },
	{ STSSL_VERDICT_COUNT, "500 OOPS: no home\r\n", "500 ",
	    "login-failed " WHO "user=\"alice\" by=password verdict=none "
	    "reply=500 tls=none" },
};

START_TEST(the_log_says_how_the_backend_has_answered_a_password)
{
	struct play p = PASSWORD_PLAY;
	int log;

	p.decides = password_rows[_i].verdict != STSSL_VERDICT_COUNT;
	p.decision = password_rows[_i].verdict;
	begin_greeted(&p);
	log = hear_log();
	name_user(&p);
	pass_up(&p, "PASS secret\r\n");
	put(p.backend, password_rows[_i].reply);
	expect_code(&p, password_rows[_i].code);
	ck_assert_str_eq(
	    next_line(log, password_rows[_i].code[0] == '2' ? "logged-in"
							    : "login-failed"),
	    password_rows[_i].line);
	ck_assert(!has_line(log, "log"));
	end(&p);
	(void)close(log);
}
END_TEST

START_TEST(the_log_says_when_the_backend_has_decided_by_the_name_alone)
{
	struct play p = PASSWORD_PLAY;
	int log;

	begin_greeted(&p);
	log = hear_log();
	pass_up(&p, "USER alice\r\n");
	put(p.backend, "530 Permission denied.\r\n");
	expect_code(&p, "530 ");
	ck_assert_str_eq(next_line(log, "login-failed"),
	    "login-failed " WHO "user=\"alice\" by=name verdict=none "
	    "reply=530 tls=none");
	end(&p);
	(void)close(log);
}
END_TEST

START_TEST(a_verdict_of_an_earlier_attempt_is_not_said_of_a_later_one)
{
	struct play p = PASSWORD_PLAY;
	int log;

	p.decides = true;
	p.decision = STSSL_VERDICT_REFUSE;
	begin_greeted(&p);
	log = hear_log();
	name_user(&p);
	pass_up(&p, "PASS x\r\n");
	pass_down(&p, "530 no\r\n");
	ck_assert_ptr_nonnull(
	    strstr(next_line(log, "login-failed"), "verdict=refuse"));
	p.decides = false;
	name_user(&p);
	pass_up(&p, "PASS x\r\n");
	pass_down(&p, "530 no\r\n");
	ck_assert_ptr_nonnull(
	    strstr(next_line(log, "login-failed"), "verdict=none"));
	end(&p);
	(void)close(log);
}
END_TEST

START_TEST(a_login_by_certificate_is_called_that)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_ACCEPT,
		.decides = true,
		.decision = STSSL_VERDICT_ACCEPT };
	int log;

	begin_greeted(&p);
	log = hear_log();
	pass_up(&p, "USER alice\r\n");
	put(p.backend, "331 password?\r\n");
	while (is_silent(p.backend))
		ev_run(p.host.loop, EVRUN_ONCE);
	put(p.backend, "230 in\r\n");
	expect_code(&p, "232 ");
	ck_assert_str_eq(next_line(log, "logged-in"),
	    "logged-in " WHO "user=\"alice\" by=certificate verdict=accept "
	    "reply=230 tls=none");
	end(&p);
	(void)close(log);
}
END_TEST

/* Names that nobody asks the advisor about, and how they are written. */
START_TEST(a_refusal_that_no_advisor_gave_has_a_line_too)
{
	struct play p = PASSWORD_PLAY;
	char line[400] = "USER \"\\";
	const char *seen;
	int log;

	begin_greeted(&p);
	log = hear_log();
	memset(line + 7, 'a', 300);
	(void)snprintf(line + 307, sizeof line - 307, "\r\n");
	put(p.client, line);
	expect_code(&p, "530 ");
	seen = next_line(log, "refused");
	ck_assert_ptr_eq(
	    strstr(seen, "refused " WHO "user=\"\\\"\\\\aaaaaaaa"), seen);
	ck_assert_ptr_nonnull(strstr(seen, "a\" reason=bad-user tls=none"));
	end(&p);
	(void)close(log);
}
END_TEST

/* As long as a name may be, with all that could end the text or the line. */
START_TEST(a_hostile_name_stays_within_its_quotes)
{
	static const char name[] = "x\" peer=192.0.2.9:1 by=\"\\";
	struct play p = PASSWORD_PLAY;
	char line[128];
	int log;

	begin_greeted(&p);
	log = hear_log();
	(void)snprintf(line, sizeof line, "USER %s\r\n", name);
	pass_up(&p, line);
	pass_down(&p, "331 password?\r\n");
	pass_up(&p, "PASS secret\r\n");
	pass_down(&p, "530 no\r\n");
	ck_assert_str_eq(next_line(log, "login-failed"),
	    "login-failed " WHO "user=\"x\\\" peer=192.0.2.9:1 by=\\\"\\\\\" "
	    "by=password verdict=none reply=530 tls=none");
	end(&p);
	(void)close(log);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_log_says_how_the_backend_has_answered_a_password,
		    ROWS(password_rows) },
		{ the_log_says_when_the_backend_has_decided_by_the_name_alone,
		    0 },
		{ a_verdict_of_an_earlier_attempt_is_not_said_of_a_later_one,
		    0 },
		{ a_login_by_certificate_is_called_that, 0 },
		{ a_refusal_that_no_advisor_gave_has_a_line_too, 0 },
		{ a_hostile_name_stays_within_its_quotes, 0 },
	};

	return test_main("session-log", cases, ROWS(cases));
}
