/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's process: the lines that it serves, and for how long.
 */
#include <config.h>
#include "tests/test-keyholder-process.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/message.h"

static const unsigned char orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 },
	{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

START_TEST(lines_may_end_in_any_order)
{
	int lines[3];

	start(NULL);
	for (size_t i = 0; i < 3; i++) {
		lines[i] = new_line((uint32_t)i);
		ck_assert(is_answered(lines[i], nothing));
	}
	for (size_t i = 0; i < 3; i++) {
		end_line(lines[orders[_i][i]]);
		for (size_t j = i + 1; j < 3; j++)
			ck_assert(is_answered(lines[orders[_i][j]], nothing));
	}
	/* The monitor hears nothing of it. */
	ck_assert_int_eq(recv(channel, &(char){ 0 }, 1, MSG_DONTWAIT), -1);
	/* New lines take the places of those that have ended. */
	lines[0] = new_line(4);
	ck_assert(is_answered(lines[0], nothing));
	end_line(lines[0]);
	finish();
}
END_TEST

START_TEST(workers_are_served_when_the_monitor_says_no_more)
{
	int first, second;

	start(NULL);
	first = new_line(1);
	second = new_line(2);
	ck_assert(is_answered(first, nothing));
	ck_assert(is_answered(second, nothing));
	if (_i == 0) {
		ck_assert_int_eq(shutdown(channel, SHUT_WR), 0);
	} else {
		/* Nor is it listened to after nonsense. */
		ck_assert_int_eq(send(channel, "x", 1, 0), 1);
	}
	ck_assert_int_eq(recv(channel, &(char){ 0 }, 1, 0), 0);
	ck_assert(is_answered(first, signature));
	end_line(first);
	ck_assert(is_answered(second, signature));
	ck_assert_int_eq(waitpid(holder, NULL, WNOHANG), 0);
	end_line(second);
	finish();
}
END_TEST

/* A request that no handshake makes, one too short, one too long. */
static const struct {
	size_t len;
	uint32_t zero;
} refusals[] = {
	{ sizeof signature, 1 },
	{ sizeof signature - 1, 0 },
	{ sizeof signature + 1, 0 },
};

START_TEST(a_refused_worker_is_told_to_the_monitor)
{
	struct key_request bad[2] = { signature, signature };
	struct message m = { .type = MESSAGE_KEYS, .u.keys.worker = 4711 };
	struct pollfd p = { .events = POLLIN };
	int pair[2], other, fd = -1;

	start(NULL);
	other = new_line(1);
	/* The other end stays open here; the worker sees the end anyway. */
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	ck_assert_int_eq(message_send(channel, &m, pair[1], NULL, 0), 0);
	bad[0].zero = refusals[_i].zero;
	ck_assert_int_eq(
	    send(pair[0], bad, refusals[_i].len, 0), (int)refusals[_i].len);
	ck_assert_int_eq(recv(pair[0], &(char){ 0 }, 1, 0), 0);
	p.fd = channel;
	ck_assert_int_eq(poll(&p, 1, -1), 1);
	ck_assert_int_eq(
	    message_receive(channel, SENDER_KEYHOLDER, &m, &fd, NULL), 0);
	ck_assert_int_eq(m.type, MESSAGE_REFUSED);
	ck_assert_uint_eq(m.u.refused.worker, 4711);
	ck_assert(is_answered(other, signature));
	(void)close(pair[0]);
	(void)close(pair[1]);
	end_line(other);
	finish();
}
END_TEST

START_TEST(a_worker_that_does_not_read_holds_up_nobody)
{
	int deaf, gone, other;

	start(NULL);
	deaf = new_line(1);
	gone = new_line(2);
	other = new_line(3);
	for (int i = 0; i < 2000; i++)
		ck_assert_int_eq(send(deaf, &nothing, sizeof nothing, 0),
		    (int)sizeof nothing);
	ck_assert_int_eq(
	    send(gone, &signature, sizeof signature, 0), sizeof signature);
	(void)close(gone);
	ck_assert(is_answered(other, nothing));
	ck_assert(is_answered(other, signature));
	(void)close(deaf);
	end_line(other);
	finish();
}
END_TEST

#define SOFT 12
#define HARD 40

static void
have_few_descriptors(void)
{
	const struct rlimit few = { SOFT, HARD };

	if (setrlimit(RLIMIT_NOFILE, &few) == -1)
		_exit(1);
}

START_TEST(there_are_as_many_lines_as_descriptors_and_the_rest_end)
{
	int lines[HARD];
	size_t count = 0;

	start(have_few_descriptors);
	while ((lines[count] = new_line(1)) != -1 &&
	       is_answered(lines[count], nothing))
		ck_assert_uint_lt(++count, HARD);
	ck_assert_uint_gt(count, SOFT);
	(void)close(lines[count]);
	/* It goes on, and there is room again when one has ended. */
	end_line(lines[0]);
	lines[0] = new_line(1);
	for (size_t i = 0; i < count; i++)
		ck_assert(is_answered(lines[i], nothing));
	for (size_t i = 0; i < count; i++)
		end_line(lines[i]);
	finish();
}
END_TEST

START_TEST(a_client_that_is_handed_in_is_closed)
{
	const struct message m = { .type = MESSAGE_CLIENT };
	int pair[2], line;

	start(NULL);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(message_send(channel, &m, pair[1], NULL, 0), 0);
	(void)close(pair[1]);
	ck_assert_int_eq(recv(pair[0], &(char){ 0 }, 1, 0), 0);
	(void)close(pair[0]);
	line = new_line(1);
	ck_assert(is_answered(line, nothing));
	end_line(line);
	finish();
}
END_TEST

static int complaints[2];

static void
complain_there(void)
{
	(void)dup2(complaints[1], STDERR_FILENO);
	(void)close(complaints[1]);
}

START_TEST(a_key_that_fails_is_told_once_until_one_is_good_again)
{
	struct key_request missing = signature;
	char text[1024];
	size_t len = 0, told = 0;
	ssize_t n;
	int line;

	ck_assert_int_eq(pipe(complaints), 0);
	start(complain_there);
	(void)close(complaints[1]);
	line = new_line(1);
	missing.key = 1;
	ck_assert(is_answered(line, missing));
	ck_assert(is_answered(line, missing));
	ck_assert(is_answered(line, signature));
	ck_assert(is_answered(line, missing));
	end_line(line);
	finish();
	while ((n = read(complaints[0], text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	for (const char *at = text; (at = strstr(at, "key 2: ")) != NULL; at++)
		told++;
	ck_assert_msg(told == 2, "%s", text);
}
END_TEST

size_t
line_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ lines_may_end_in_any_order, ROWS(orders) },
		{ workers_are_served_when_the_monitor_says_no_more, 2 },
		{ a_refused_worker_is_told_to_the_monitor, ROWS(refusals) },
		{ a_worker_that_does_not_read_holds_up_nobody, 0 },
		{ there_are_as_many_lines_as_descriptors_and_the_rest_end, 0 },
		{ a_client_that_is_handed_in_is_closed, 0 },
		{ a_key_that_fails_is_told_once_until_one_is_good_again, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
