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

#include "tests/status-stage.h"

START_TEST(silent_askers_do_not_keep_others_away)
{
	int silent[80];

	set_up();
	for (size_t i = 0; i < ROWS(silent); i++)
		silent[i] = dial();
	/* More than have room: answered when the silent ones' time is up. */
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	for (size_t i = 0; i < ROWS(silent); i++)
		(void)close(silent[i]);
	tear_down();
}
END_TEST

/* . answered, d denied: to root, the helper's user, a status user, others */
static const struct {
	const char *text;
	size_t len;
	const char outcomes[5];
} asks[] = {
	{ TEXT(QUERY ABOUT("0", HERE)), "...d" },
	{ TEXT(LIST), "...d" },
	{ TEXT(V "STSSL_ASK=metrics\0"), "...d" },
	{ TEXT(PENALTIES), "...d" },
	{ TEXT(VERDICT("7f3a", "accept", "any")), ".ddd" },
	{ TEXT(KICK("7f3a")), ".ddd" },
	{ TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=192.0.2.7\0"), ".ddd" },
	{ TEXT(V "STSSL_ASK=reload\0"), ".ddd" },
	/* who may not ask learns nothing of what is a question */
	{ TEXT("x"), "...d" },
};

#define WHO 4

START_TEST(who_may_not_ask_is_denied)
{
	static const char denied[] = V "STSSL_RESULT=denied";
	const size_t row = (size_t)_i / WHO, who = (size_t)_i % WHO;
	char *buf = malloc(STSSL_RECORD_MAX);
	ssize_t n;
	int fd;

	/* Started as root, it is another user by then. */
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	asker = (const uid_t[WHO]){ 0, geteuid(), STATUS_USER, STRANGER }[who];
	set_up();
	publish(HERE);
	penalise("192.0.2.7", 1);
	fd = dial();
	ck_assert_int_eq(
	    send(fd, asks[row].text, asks[row].len, 0), (int)asks[row].len);
	n = hear(fd, buf, STSSL_RECORD_MAX);
	ck_assert_int_eq(
	    n == sizeof denied && memcmp(buf, denied, sizeof denied) == 0,
	    asks[row].outcomes[who] == 'd');
	if (asks[row].outcomes[who] == 'd')
		ck_assert_uint_eq(b.told + b.kicked + b.reloaded, 0);
	(void)close(fd);
	free(buf);
	tear_down();
	/* Sanitizers look for leaks at the end, which takes root by then. */
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(of_one_user_but_root_some_may_ask_at_a_time)
{
	int fds[17];

	asker = _i == 0 ? 0 : geteuid() == 0 ? STATUS_USER : geteuid();
	set_up();
	publish(HERE);
	for (size_t i = 0; i < ROWS(fds); i++)
		fds[i] = dial();
	ck_assert_int_gt(send(fds[16], TEXT(QUERY ABOUT("0", HERE)), 0), 0);
	/* Else it was closed, with the question unread. */
	ck_assert_int_eq(hear(fds[16], &(char){ 0 }, 1) == 1, _i == 0);
	for (size_t i = 0; i < ROWS(fds); i++)
		(void)close(fds[i]);
	tear_down();
}
END_TEST

size_t
askers_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ silent_askers_do_not_keep_others_away, 0 },
		{ who_may_not_ask_is_denied, ROWS(asks) * WHO },
		{ of_one_user_but_root_some_may_ask_at_a_time, 2 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
