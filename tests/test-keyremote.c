/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How long a worker waits for a keyholder that is late.
 */
#include <config.h>
#include "helper/worker/tls/keyremote.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/keyrequest.h"
#include "helper/base/log.h"
#include "tests/test.h"

static uint64_t
ms_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - start->tv_sec) * 1000 +
			  (now.tv_nsec - start->tv_nsec) / 1000000);
}

/* Answers once, and then no more until it is told to go. */
static pid_t
answer_once(int line, int go)
{
	pid_t pid = fork();
	struct key_request request;
	struct key_answer answer = { 0 };
	char c;

	ck_assert_int_ne(pid, -1);
	if (pid != 0)
		return pid;
	(void)recv(line, &request, sizeof request, 0);
	answer.serial = request.serial;
	(void)send(line, &answer, sizeof answer, 0);
	_exit(read(go, &c, 1) == 1 ? 0 : 1);
}

START_TEST(an_answer_counts_for_a_while_unless_the_line_ends)
{
	struct keyremote *remote = keyremote_new();
	struct timespec start;
	int pair[2], go[2];
	bool ready;
	pid_t pid;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	ck_assert_int_eq(pipe(go), 0);
	pid = answer_once(pair[1], go[0]);
	(void)close(pair[1]);
	keyremote_connect(remote, pair[0]);
	ck_assert(keyremote_is_likely_ready(remote));
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	ready = keyremote_is_likely_ready(remote);
	/* On a machine that stood still it was asked again, in vain. */
	ck_assert(ready || ms_since(&start) >= 2000);
	ck_assert_int_eq(write(go[1], "", 1), 1);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert(!keyremote_is_likely_ready(remote));
	(void)keyremote_free(remote);
	(void)close(go[0]);
	(void)close(go[1]);
}
END_TEST

START_TEST(a_silent_keyholder_is_waited_for_once)
{
	struct keyremote *remote = keyremote_new();
	struct key_request request;
	struct key_answer answer = { 0 };
	struct timespec start;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	keyremote_connect(remote, pair[0]);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert(!keyremote_is_ready(remote));
	ck_assert_uint_ge(ms_since(&start), 2000);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert(!keyremote_is_ready(remote));
	/* Not as long once more. */
	ck_assert_uint_lt(ms_since(&start), 2000);
	/* Its answer, late as it is, shows that it is back. */
	ck_assert_int_eq(
	    recv(pair[1], &request, sizeof request, 0), (int)sizeof request);
	answer.serial = request.serial;
	ck_assert_int_eq(
	    send(pair[1], &answer, sizeof answer, 0), (int)sizeof answer);
	ck_assert(!keyremote_is_ready(remote));
	ck_assert_int_eq(
	    recv(pair[1], &request, sizeof request, 0), (int)sizeof request);
	ck_assert_uint_gt(request.serial, answer.serial);
	(void)keyremote_free(remote);
	(void)close(pair[1]);
}
END_TEST

START_TEST(a_line_that_has_ended_is_not_waited_for)
{
	struct keyremote *remote = keyremote_new();
	struct timespec start;
	int pair[2];

	ck_assert(!keyremote_is_ready(remote));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	keyremote_connect(remote, pair[0]);
	(void)close(pair[1]);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert(!keyremote_is_ready(remote));
	ck_assert_uint_lt(ms_since(&start), 2000);
	(void)keyremote_free(remote);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ an_answer_counts_for_a_while_unless_the_line_ends, 0 },
		{ a_silent_keyholder_is_waited_for_once, 0 },
		{ a_line_that_has_ended_is_not_waited_for, 0 },
	};

	log_open(LOG_TARGET_STDERR, "test", true);
	return test_main("keyremote", cases, ROWS(cases));
}
