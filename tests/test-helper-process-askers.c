/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The status socket: who may ask, and how many at a time.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status/tools/address.h"
#include "tests/status-stage.h"

START_TEST(silent_askers_do_not_keep_others_away)
{
	int silent[300];

	set_up();
	/* Those that are accepted make room in the backlog for others. */
	for (size_t i = 0; i < ROWS(silent); i++) {
		silent[i] = dial();
		ev_run(b.loop, EVRUN_NOWAIT);
	}
	/* More than have room: answered when the silent ones' time is up. */
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	for (size_t i = 0; i < ROWS(silent); i++)
		(void)close(silent[i]);
	tear_down();
}
END_TEST

/*
 * . answered, d denied, n told that there is none: root; the helper's user; a
 * status user; a stranger; the backend-user of the session's listener; that of
 * another listener; one who is both that and a status user
 */
static const struct {
	const char *text;
	size_t len;
	const char outcomes[8];
} asks[] = {
	{ TEXT(QUERY ABOUT("0", HERE)), "...d.n." },
	{ TEXT(LIST), "...ddd." },
	{ TEXT(V "STSSL_ASK=metrics\0"), "...ddd." },
	{ TEXT(PENALTIES), "...ddd." },
	{ TEXT(VERDICT("7f3a", "accept", "any")), ".ddd.nd" },
	{ TEXT(KICK("7f3a")), ".dddddd" },
	{ TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=192.0.2.7\0"), ".dddddd" },
	{ TEXT(V "STSSL_ASK=reload\0"), ".dddddd" },
	/* who may not ask learns nothing of what is a question */
	{ TEXT("x"), "...d..." },
};

#define WHO 7

static char
outcome_of(const char *answer, size_t len)
{
	static const char denied[] = V "STSSL_RESULT=denied";
	static const char none[] = V "STSSL_RESULT=none";

	if (len == sizeof denied && memcmp(answer, denied, len) == 0)
		return 'd';
	return len == sizeof none && memcmp(answer, none, len) == 0 ? 'n' : '.';
}

START_TEST(who_may_not_ask_is_denied)
{
	const size_t row = (size_t)_i / WHO, who = (size_t)_i % WHO;
	char *buf = malloc(STSSL_RECORD_MAX);
	ssize_t n;
	int fd;

	/* Started as root, it is another user by then. */
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	asker = (const uid_t[WHO]){ 0, geteuid(), STATUS_USER, STRANGER,
		BACKEND_USER, OTHER_BACKEND_USER,
		STATUS_AND_BACKEND_USER }[who];
	set_up();
	publish(HERE);
	penalise("192.0.2.7", 1);
	fd = dial();
	ck_assert_int_eq(
	    send(fd, asks[row].text, asks[row].len, 0), (int)asks[row].len);
	n = hear(fd, buf, STSSL_RECORD_MAX);
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(outcome_of(buf, (size_t)n), asks[row].outcomes[who]);
	if (asks[row].outcomes[who] != '.')
		ck_assert_uint_eq(b.told + b.kicked + b.reloaded, 0);
	(void)close(fd);
	free(buf);
	tear_down();
	/* Sanitizers look for leaks at the end, which takes root by then. */
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* One who is served by two daemons, and may ask about one of them. */
START_TEST(a_backend_users_session_with_one_of_others_is_ambiguous)
{
	static const char other[] = "x";
	struct stssl_connection there;
	struct stssl_address peer;

	set_up();
	publish(HERE);
	ck_assert_int_eq(stssl_address_parse("192.0.2.8:1", &peer), 0);
	ck_assert_int_eq(registry_add(b.registry, 2, &b, 1, &peer), 0);
	ck_assert_int_eq(stssl_connection_parse(THERE, &there), 0);
	ck_assert_int_eq(registry_publish(b.registry,
			     registry_find(b.registry, 2), &there, other, 1),
	    0);
	asker = BACKEND_USER;
	expect(TEXT(QUERY ABOUT("0", THERE)), "none", NULL);
	expect(
	    TEXT(QUERY ABOUT("0", HERE) ABOUT("1", THERE)), "ambiguous", NULL);
	asker = 0;
	tear_down();
}
END_TEST

/* The module's two questions; a third one is another connection's. */
START_TEST(a_report_may_follow_its_query)
{
	static const char again[] = QUERY ABOUT("0", HERE);
	char *buf = malloc(STSSL_RECORD_MAX);
	int fd;

	set_up();
	publish(HERE);
	fd = dial();
	ck_assert_int_gt(send(fd, again, sizeof again - 1, 0), 0);
	ck_assert_int_gt(hear(fd, buf, STSSL_RECORD_MAX), 0);
	ck_assert_uint_eq(b.told, 0);
	if (_i == 1)
		ck_assert_int_gt(
		    send(fd, TEXT(VERDICT("7f3a", "accept", "private")), 0), 0);
	if (_i == 2)
		ck_assert_int_gt(send(fd, again, sizeof again - 1, 0), 0);
	if (_i > 0)
		ck_assert_int_gt(hear(fd, buf, STSSL_RECORD_MAX), 0);
	ck_assert_uint_eq(b.told, _i == 1);
	/* It is not waited for longer. */
	ck_assert_int_eq(hear(fd, buf, STSSL_RECORD_MAX), 0);
	(void)close(fd);
	free(buf);
	tear_down();
}
END_TEST

START_TEST(of_one_user_but_root_some_may_ask_at_a_time)
{
	int fds[65];

	asker = _i == 0 ? 0 : geteuid() == 0 ? STATUS_USER : geteuid();
	set_up();
	publish(HERE);
	for (size_t i = 0; i < ROWS(fds); i++)
		fds[i] = dial();
	ck_assert_int_gt(send(fds[64], TEXT(QUERY ABOUT("0", HERE)), 0), 0);
	/* Else it was closed, with the question unread. */
	ck_assert_int_eq(hear(fds[64], &(char){ 0 }, 1) == 1, _i == 0);
	for (size_t i = 0; i < ROWS(fds); i++)
		(void)close(fds[i]);
	tear_down();
}
END_TEST

START_TEST(a_question_that_is_there_needs_no_place)
{
	int fds[80];

	asker = BACKEND_USER;
	set_up();
	publish(HERE);
	for (size_t i = 0; i < ROWS(fds); i++) {
		fds[i] = dial();
		ck_assert_int_gt(
		    send(fds[i], TEXT(QUERY ABOUT("0", HERE)), 0), 0);
	}
	for (size_t i = 0; i < ROWS(fds); i++) {
		ck_assert_int_eq(hear(fds[i], &(char){ 0 }, 1), 1);
		(void)close(fds[i]);
	}
	asker = 0;
	tear_down();
}
END_TEST

size_t
askers_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ silent_askers_do_not_keep_others_away, 0 },
		{ who_may_not_ask_is_denied, ROWS(asks) * WHO },
		{ a_backend_users_session_with_one_of_others_is_ambiguous, 0 },
		{ a_question_that_is_there_needs_no_place, 0 },
		{ a_report_may_follow_its_query, 3 },
		{ of_one_user_but_root_some_may_ask_at_a_time, 2 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
