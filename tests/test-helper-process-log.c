/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines that go through another process: whose they are, and what they must
 * not do.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/child.h"
#include "helper/monitor/children/loglines.h"

#define PID 4242

/* What the log has got since collect(). */
static int collected = -1;

/* Standard error is the log from here on; the test has a process of its own. */
static void
collect(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	(void)close(ends[1]);
	collected = ends[0];
}

/* All of it; ends the log. */
static const char *
collection(void)
{
	static char text[65536];
	size_t len = 0;
	ssize_t n;

	(void)close(STDERR_FILENO);
	while ((n = read(collected, text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

static const struct {
	const char *text, *seen;
} texts[] = {
	{ "ended", "worker[4242]: warning: ended\n" },
	{ "two\nlines\x1b", "worker[4242]: warning: two?lines?\n" },
	{ "monitor[1]: notice: login user=\"root\"",
	    "worker[4242]: warning: monitor[1]: notice: login "
	    "user=\"root\"\n" },
};

START_TEST(a_line_says_whose_it_is_whatever_it_says)
{
	struct ev_loop *loop = ev_loop_new(0);
	int ends[2];
	pid_t pid;

	collect();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		log_open(LOG_TARGET_STDERR, "monitor", true);
		log_through(ends[1]);
		errno = ENOENT;
		log_warning("%s", texts[_i].text);
		_exit(errno == ENOENT ? 0 : 1);
	}
	(void)close(ends[1]);
	loglines_add(loop, "worker", PID, ends[0]);
	/* Until its end is seen, nothing is left to wait for then. */
	ev_run(loop, 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_str_eq(collection(), texts[_i].seen);
	ev_loop_destroy(loop);
}
END_TEST

#define LINE(literal) literal, sizeof(literal) - 1

static const struct {
	const char *packet;
	size_t len;
	const char *seen;
} packets[] = {
	{ LINE("\3x"), "worker[4242]: error: x\n" },
	{ LINE("\7x"), "worker[4242]: debug: x\n" },
	{ LINE("\3x\0y"), "worker[4242]: error: x\n" },
	{ LINE(""), "" },
	{ LINE("\3"), "" },
	{ LINE("\0x"), "" },
	{ LINE("\2x"), "" },
	{ LINE("\10x"), "" },
	{ LINE("\377x"), "" },
	{ LINE("3x"), "" },
};

START_TEST(what_is_no_line_is_not_written)
{
	collect();
	log_pass("worker", PID, packets[_i].packet, packets[_i].len);
	ck_assert_str_eq(collection(), packets[_i].seen);
}
END_TEST

/* Whoever sends them: neither too much, nor too long, nor descriptors. */
START_TEST(the_longest_line_is_cut)
{
	static char packet[8192];
	struct ev_loop *loop = ev_loop_new(0);
	const char *seen;
	int ends[2];

	collect();
	memset(packet, 'x', sizeof packet);
	packet[0] = 3;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	loglines_add(loop, "worker", PID, ends[0]);
	ck_assert_int_eq(
	    send(ends[1], packet, sizeof packet, 0), (int)sizeof packet);
	(void)close(ends[1]);
	loglines_drain();
	seen = collection();
	ck_assert_uint_eq(strlen(seen), 4095);
	ck_assert_uint_eq(strspn(strrchr(seen, ' ') + 1, "x"),
	    strlen(seen) - strlen("worker[4242]: error: ") - 1);
	ev_loop_destroy(loop);
}
END_TEST

START_TEST(lines_are_lost_rather_than_waited_for)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	log_through(ends[1]);
	/* libcheck ends a test that waits. */
	for (int i = 0; i < 100000; i++)
		log_error("line %d", i);
	/* Nor when nobody is there any more. */
	(void)close(ends[0]);
	log_error("line");
}
END_TEST

/* Of sockets that somebody else could be written to by. */
static int
count_datagram_sockets(void)
{
	int type, n = 0;

	for (int fd = 0; fd < 1024; fd++) {
		socklen_t len = sizeof type;

		n += getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
		     type == SOCK_DGRAM;
	}
	return n;
}

static void
forget_nothing(void *arg)
{
	(void)arg;
}

static int
count_in_child(void *arg, int channel)
{
	(void)arg;
	(void)channel;
	log_error("here");
	return count_datagram_sockets();
}

START_TEST(syslogs_socket_is_the_monitors_alone)
{
	struct ev_loop *loop = ev_loop_new(0);
	int status, channel;
	pid_t pid;

	ck_assert_int_eq(count_datagram_sockets(), 0);
	log_open(LOG_TARGET_SYSLOG, "monitor", false);
	ck_assert_int_eq(count_datagram_sockets(), 1);
	pid = child_spawn(
	    loop, "worker", forget_nothing, count_in_child, NULL, &channel);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	loglines_forget();
	ev_loop_destroy(loop);
}
END_TEST

size_t
log_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_line_says_whose_it_is_whatever_it_says, ROWS(texts) },
		{ what_is_no_line_is_not_written, ROWS(packets) },
		{ the_longest_line_is_cut, 0 },
		{ lines_are_lost_rather_than_waited_for, 0 },
		{ syslogs_socket_is_the_monitors_alone, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
