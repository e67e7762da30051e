/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor as a whole, in a process of its own, with workers that the test
 * plays: real sockets, real forks, no TLS.
 */
#include <config.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/monitor.h"
#include "policy/decide.h"
#include "status/tools/address.h"
#include "tests/monitor-stage.h"
#include "tests/test.h"

START_TEST(a_client_is_served_and_known_until_it_leaves)
{
	pid_t pid;
	int fd;

	start(1, 10);
	ck_assert_int_eq(ask(), 0);
	fd = dial(&pid);
	ck_assert_int_ne(pid, helper);
	ck_assert_int_eq(ask(), 1);
	drop(fd, '.');
	ck_assert_int_eq(ask(), 0);
	finish();
}
END_TEST

START_TEST(with_one_session_for_each_nobody_shares_a_process)
{
	pid_t pids[3];
	int fds[3];

	start(1, 1);
	for (size_t i = 0; i < ROWS(fds); i++)
		fds[i] = dial(&pids[i]);
	ck_assert_int_ne(pids[0], pids[1]);
	ck_assert_int_ne(pids[1], pids[2]);
	ck_assert_int_ne(pids[0], pids[2]);
	for (size_t i = 0; i < ROWS(fds); i++)
		drop(fds[i], '.');
	/* A used worker is not used again. */
	fds[0] = dial(&pids[2]);
	ck_assert_int_ne(pids[2], pids[0]);
	ck_assert_int_ne(pids[2], pids[1]);
	drop(fds[0], '.');
	finish();
}
END_TEST

/* They wait in the backlog until theirs is started. */
START_TEST(many_clients_at_once_have_a_process_each)
{
	pid_t pids[20];
	int fds[ROWS(pids)];

	start(1, 1);
	for (size_t i = 0; i < ROWS(fds); i++)
		fds[i] = knock();
	for (size_t i = 0; i < ROWS(fds); i++) {
		pids[i] = server_of(fds[i]);
		for (size_t j = 0; j < i; j++)
			ck_assert_int_ne(pids[i], pids[j]);
	}
	for (size_t i = 0; i < ROWS(fds); i++)
		drop(fds[i], '.');
	finish();
}
END_TEST

START_TEST(clients_wait_while_their_worker_does_not_read)
{
	/* More than its channel has room for. */
	int fds[900];
	pid_t pid;

	start(1, ROWS(fds));
	fds[0] = dial(&pid);
	for (size_t i = 1; i < ROWS(fds); i++)
		fds[i] = knock();
	drop(fds[0], '.');
	for (size_t i = 1; i < ROWS(fds); i++) {
		ck_assert_int_eq(server_of(fds[i]), pid);
		drop(fds[i], '.');
	}
	finish();
}
END_TEST

static const char ends[] = { 'x', 'l', 'f', 'k' };

START_TEST(a_worker_that_crashes_or_lies_is_replaced)
{
	pid_t first, second;
	int fd;

	start(1, 10);
	fd = dial(&first);
	drop(fd, ends[_i]);
	ck_assert_int_eq(ask(), 0);
	fd = dial(&second);
	ck_assert_int_ne(first, second);
	ck_assert_int_eq(ask(), 1);
	drop(fd, '.');
	finish();
}
END_TEST

/* Whether or not its end is noticed by then. */
START_TEST(who_comes_after_the_only_worker_died_is_served)
{
	pid_t before, pid;
	int fd;

	start(1, 10);
	fd = dial(&before);
	for (int i = 0; i < 20; i++) {
		drop(fd, 'x');
		fd = dial(&pid);
		ck_assert_int_ne(pid, before);
		before = pid;
	}
	drop(fd, '.');
	finish();
}
END_TEST

START_TEST(who_has_crashed_a_worker_alone_is_refused)
{
	pid_t pid;

	refuse_above = 0;
	start(1, 10);
	/* The end of the worker is noticed before or after its channel's. */
	drop(dial(&pid), ends[_i]);
	while (is_served())
		;
	finish();
}
END_TEST

/* However much its worker had to say before. */
START_TEST(who_has_left_makes_room)
{
	pid_t pid;

	max_sessions = 1;
	start(1, 10);
	for (int i = 0; i < 3; i++) {
		drop(dial(&pid), 'm');
		ck_assert(is_served());
		while (ask() != 0)
			;
	}
	finish();
}
END_TEST

/* Its process has ended before its channel. */
START_TEST(the_last_words_of_a_worker_count)
{
	pid_t pid;

	refuse_above = 0;
	start(1, 10);
	drop(dial(&pid), 'w');
	ck_assert(!is_served());
	finish();
}
END_TEST

START_TEST(a_worker_is_told_what_an_advisor_says)
{
	uint32_t reason = STSSL_REASON_COUNT;
	pid_t pid;
	int fd;

	/* There is no file of classes. */
	start(1, 10);
	fd = dial(&pid);
	ck_assert_int_eq(write(fd, "a", 1), 1);
	ck_assert_int_eq(
	    recv(fd, &reason, sizeof reason, MSG_WAITALL), sizeof reason);
	ck_assert_uint_eq(reason, STSSL_REASON_CONFIGURATION);
	(void)close(fd);
	finish();
}
END_TEST

START_TEST(a_reload_while_it_stops_is_no_reload)
{
	int status;
	pid_t pid;
	int fd;

	start(1, 10);
	fd = dial(&pid);
	ck_assert_int_eq(kill(helper, SIGTERM), 0);
	/* The door is closed: it stops, and waits for this client. */
	while (ask() >= 0 && is_open())
		;
	ck_assert_int_eq(kill(helper, SIGHUP), 0);
	ck_assert_int_eq(ask(), 1);
	drop(fd, '.');
	ck_assert_int_eq(waitpid(helper, &status, 0), helper);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), STATUS_STOPPED);
	ck_assert_int_eq(rmdir(monitor_directory), 0);
}
END_TEST

/* However late they come: else it would not end with its exit status. */
START_TEST(signals_do_not_end_a_helper_that_stops)
{
	int status;

	start(1, 10);
	ck_assert_int_eq(kill(helper, SIGTERM), 0);
	while (waitpid(helper, &status, WNOHANG) == 0) {
		ck_assert_int_eq(kill(helper, SIGHUP), 0);
		ck_assert_int_eq(kill(helper, SIGTERM), 0);
	}
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), STATUS_STOPPED);
	ck_assert_int_eq(rmdir(monitor_directory), 0);
}
END_TEST

START_TEST(a_second_helper_does_not_take_the_status_socket)
{
	start(1, 10);
	ck_assert_int_eq(stssl_address_parse("127.0.0.1:0", &address), 0);
	ck_assert_int_eq(
	    monitor_main(NULL, &generation, &privileges), STATUS_SYSTEM);
	ck_assert_int_eq(ask(), 0);
	finish();
}
END_TEST

START_TEST(a_socket_that_a_dead_helper_left_is_replaced)
{
	int status;

	start(1, 10);
	ck_assert_int_eq(kill(helper, SIGKILL), 0);
	ck_assert_int_eq(waitpid(helper, &status, 0), helper);
	ck_assert_int_lt(ask(), 0);
	launch();
	ck_assert_int_eq(ask(), 0);
	finish();
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_client_is_served_and_known_until_it_leaves, 0 },
		{ with_one_session_for_each_nobody_shares_a_process, 0 },
		{ many_clients_at_once_have_a_process_each, 0 },
		{ clients_wait_while_their_worker_does_not_read, 0 },
		{ a_worker_that_crashes_or_lies_is_replaced, ROWS(ends) },
		{ who_comes_after_the_only_worker_died_is_served, 0 },
		{ who_has_crashed_a_worker_alone_is_refused, ROWS(ends) },
		{ who_has_left_makes_room, 0 },
		{ the_last_words_of_a_worker_count, 0 },
		{ a_worker_is_told_what_an_advisor_says, 0 },
		{ a_reload_while_it_stops_is_no_reload, 0 },
		{ signals_do_not_end_a_helper_that_stops, 0 },
		{ a_second_helper_does_not_take_the_status_socket, 0 },
		{ a_socket_that_a_dead_helper_left_is_replaced, 0 },
	};

	log_open(LOG_TARGET_STDERR, "test", true);
	return test_main("monitor-process", cases, ROWS(cases));
}
