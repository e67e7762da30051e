/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lines of an audit: what the log says of a session's logins and transfers.
 */
#include <config.h>
#include "tests/session-stage.h"

#include "helper/base/log.h"

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

/* How a transfer of "mine" ends, and what its line says then. */
enum ending {
	BOTH_END,
	CLIENT_RESETS,   /* in the middle */
	CLIENT_HAS_GONE, /* when all is written, before the end of it */
	BACKEND_FAILS,   /* with half of it */
	CLIENT_ABORTS,   /* ABOR */
	SESSION_ENDS,    /* without a word */
	REFUSED_BY_BACKEND
};
static const struct {
	const char *command;
	enum ending ending;
	const char *line;
} transfer_rows[] = {
	{ "RETR a b\r\n", BOTH_END,
	    "direction=out file=\"a b\" bytes=4 result=whole reply=226" },
	{ "LIST\r\n", BOTH_END,
	    "direction=list file=\"\" bytes=4 result=whole reply=226" },
	{ "STOR \"\r\n", BOTH_END,
	    "direction=in file=\"\\\"\" bytes=4 result=whole reply=226" },
	{ "RETR a\r\n", CLIENT_RESETS,
	    "direction=out file=\"a\" bytes=4 result=cut reply=426" },
	{ "RETR a\r\n", CLIENT_HAS_GONE,
	    "direction=out file=\"a\" bytes=4 result=cut reply=226" },
	{ "STOR a\r\n", CLIENT_RESETS,
	    "direction=in file=\"a\" bytes=4 result=cut reply=426" },
	{ "RETR a\r\n", BACKEND_FAILS,
	    "direction=out file=\"a\" bytes=4 result=cut reply=451" },
	{ "RETR a\r\n", CLIENT_ABORTS,
	    "direction=out file=\"a\" bytes=4 result=cut reply=426" },
	{ "STOU\r\n", SESSION_ENDS,
	    "direction=in file=\"\" bytes=4 result=cut reply=-" },
	{ "RETR a\r\n", REFUSED_BY_BACKEND,
	    "direction=out file=\"a\" bytes=0 result=none reply=550" },
};

static void
turn(struct play *p)
{
	for (int i = 0; i < 8; i++)
		ev_run(p->host.loop, EVRUN_NOWAIT);
}

static void
reset(int fd)
{
	const struct linger now = { .l_onoff = 1 };

	ck_assert_int_eq(
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
	close(fd);
}

/* "mine" goes from one side to the other; `to` has it then. */
static void
send_mine(struct play *p, int from, int to)
{
	char got[64];

	put(from, "mine");
	get(p, to, got, sizeof got);
	ck_assert_str_eq(got, "mine");
}

static void
end_whole(struct play *p, bool up, int data, int client)
{
	char got[64];

	shutdown(up ? client : data, SHUT_WR);
	if (up)
		get(p, data, got, sizeof got);
	close(data);
	put(p->backend, "226 done\r\n");
	expect_code(p, "226 ");
}

static void
play_ending(struct play *p, enum ending ending, bool up, int data, int client)
{
	switch (ending) {
	case BOTH_END:
		end_whole(p, up, data, client);
		break;
	case CLIENT_RESETS:
		reset(client);
		turn(p);
		if (!up)
			put(data, "more");
		turn(p);
		put(p->backend, "226 done\r\n");
		expect_code(p, "426 ");
		break;
	case CLIENT_HAS_GONE:
		close(data);
		turn(p);
		reset(client);
		put(p->backend, "226 done\r\n");
		expect_code(p, "226 ");
		break;
	case BACKEND_FAILS:
		close(data);
		pass_down(p, "451 the disk is broken\r\n");
		break;
	case CLIENT_ABORTS:
		pass_up(p, "ABOR\r\n");
		put(p->backend, "426 broken\r\n");
		expect_code(p, "426 ");
		break;
	case SESSION_ENDS:
		session_kill(p->session);
		break;
	case REFUSED_BY_BACKEND:
		break;
	}
}

/* The line without what differs each time. */
static void
check_line(const char *line, const char *expected)
{
	static const char head[] =
	    "transfer session=7 listener=ftp peer=127.0.0.1:40000 "
	    "user=\"alice\" class=\"staff\" ";
	const char *seconds = strstr(line, " seconds=0.");
	char seen[4096];

	ck_assert_ptr_nonnull(seconds);
	ck_assert_str_eq(strstr(line, " protection="),
	    " protection=clear tls=none proof=none sha256=none verify=NONE");
	(void)snprintf(seen, sizeof seen, "%.*s%s", (int)(seconds - line), line,
	    strchr(seconds + 1, ' '));
	*strstr(seen, " protection=") = '\0';
	ck_assert_ptr_eq(strstr(seen, head), seen);
	ck_assert_str_eq(seen + strlen(head), expected);
}

START_TEST(each_transfer_has_one_line_that_says_how_it_ended)
{
	const char *command = transfer_rows[_i].command;
	enum ending ending = transfer_rows[_i].ending;
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000",
		.decides = true,
		.decision = STSSL_VERDICT_PASSWORD };
	bool up = command[0] == 'S';
	struct stssl_address at, passive;
	int data, client, log;

	begin(&p);
	log = hear_log();
	at = begin_data(&p, &passive);
	pass_up(&p, command);
	data = connect_from(&at, "127.0.0.1");
	client = connect_from(&passive, "127.0.0.1");
	if (ending == REFUSED_BY_BACKEND) {
		pass_down(&p, "550 no\r\n");
	} else {
		pass_down(&p, "150 go on\r\n");
		send_mine(&p, up ? client : data, up ? data : client);
	}
	play_ending(&p, ending, up, data, client);
	check_line(next_line(log, "transfer"), transfer_rows[_i].line);
	end(&p);
	ck_assert(!has_line(log, "transfer"));
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
		{ each_transfer_has_one_line_that_says_how_it_ended,
		    ROWS(transfer_rows) },
	};

	return test_main("session-log", cases, ROWS(cases));
}
