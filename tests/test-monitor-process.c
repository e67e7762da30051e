/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor as a whole, in a process of its own, with workers that the test
 * plays: real sockets, real forks, no TLS.
 */
#include <config.h>
#include "tests/test-monitor-process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/generation.h"
#include "helper/monitor/monitor.h"
#include "policy/decide.h"
#include "status/query.h"
#include "status/tools/address.h"
#include "tests/test.h"

static char directory[] = "/tmp/stssl-monitor-XXXXXX";
static char path[64];
static char no_classes[] = "/nonexistent/classes.conf";
static struct listen_config listener;
static struct helper_config config;
static unsigned refuse_above = 600; /* nobody */
static const struct privileges privileges = { .status_gid = (gid_t)-1 };
static pid_t helper;
static struct stssl_address address; /* where it listens */

/* The port is in the log, nowhere else; "ready" is the last line of a start. */
static void
read_address(int fd)
{
	char log[1024] = "", *at;
	size_t len = 0;

	while (strstr(log, "ready\n") == NULL) {
		ssize_t n = read(fd, log + len, sizeof log - 1 - len);

		ck_assert_int_gt(n, 0);
		len += (size_t)n;
		log[len] = '\0';
	}
	at = strstr(log, "address=") + strlen("address=");
	*strchr(at, '\n') = '\0';
	ck_assert_int_eq(stssl_address_parse(at, &address), 0);
}

static struct generation generation = { .config = &config };

/* With `config`, on a port that the kernel picks. */
static void
launch(void)
{
	int log[2];

	ck_assert_int_eq(stssl_address_parse("127.0.0.1:0", &address), 0);
	ck_assert_int_eq(pipe(log), 0);
	helper = fork();
	if (helper == 0) {
		(void)dup2(log[1], STDERR_FILENO);
		(void)close(log[0]);
		(void)close(log[1]);
		log_open(LOG_TARGET_STDERR, "monitor", false);
		exit(monitor_main(NULL, &generation, &privileges));
	}
	(void)close(log[1]);
	/* The pipe stays open: it is never full in these tests. */
	read_address(log[0]);
}

static void
start(unsigned workers, unsigned sessions)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof path, "%s/status.sock", directory);
	listener = (struct listen_config){
		.name = "ftp", .addresses.list = &address, .addresses.count = 1
	};
	config = (struct helper_config){ .workers = workers,
		.sessions_per_worker = sessions,
		.status_socket = path,
		.classes = no_classes,
		.penalties = { .seconds = { [PENALTY_CRASH] = 90 },
		    .refuse_above = refuse_above,
		    .max = 600,
		    .max_sources = 10 },
		.listeners = &listener,
		.listener_count = 1 };
	launch();
}

static void
finish(void)
{
	struct stat st;
	int status;

	ck_assert_int_eq(kill(helper, SIGTERM), 0);
	ck_assert_int_eq(waitpid(helper, &status, 0), helper);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), STATUS_STOPPED);
	ck_assert_int_eq(lstat(path, &st), -1);
	ck_assert_int_eq(rmdir(directory), 0);
}

static int
knock(void)
{
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to(&address, &sa);
	int fd = socket(sa.ss_family, SOCK_STREAM, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, len), 0);
	return fd;
}

static pid_t
server_of(int fd)
{
	pid_t pid;

	ck_assert_int_eq(recv(fd, &pid, sizeof pid, MSG_WAITALL), sizeof pid);
	return pid;
}

/* A client, and who serves it. */
static int
dial(pid_t *ret)
{
	int fd = knock();

	*ret = server_of(fd);
	return fd;
}

static bool
is_open(void)
{
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to(&address, &sa);
	int fd = socket(sa.ss_family, SOCK_STREAM, 0);
	bool open = connect(fd, (struct sockaddr *)&sa, len) == 0;

	(void)close(fd);
	return open;
}

static int
ask(void)
{
	struct stssl_line line = { path, -1 };
	struct stssl_record record;
	struct stssl_connection here;
	int r;

	stssl_record_init(&record);
	ck_assert_int_eq(stssl_connection_parse(HERE, &here), 0);
	r = stssl_query(&line, &here, 1, 10000, &record);
	stssl_hang_up(&line);
	stssl_record_done(&record);
	return r;
}

/* Wait for the worker's end of the connection to close. */
static void
drop(int fd, char order)
{
	char c;

	ck_assert_int_eq(write(fd, &order, 1), 1);
	(void)shutdown(fd, SHUT_WR);
	(void)!read(fd, &c, 1);
	(void)close(fd);
}

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

/* Whether a client is let in: it hears from a worker, and not 421. */
static bool
is_served(void)
{
	char said[sizeof(pid_t)];
	bool served;
	int fd = knock();

	served = recv(fd, said, sizeof said, MSG_WAITALL) == sizeof said &&
		 memcmp(said, "421 ", sizeof said) != 0;
	(void)close(fd);
	return served;
}

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
	ck_assert_int_eq(rmdir(directory), 0);
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
		{ clients_wait_while_their_worker_does_not_read, 0 },
		{ a_worker_that_crashes_or_lies_is_replaced, ROWS(ends) },
		{ who_has_crashed_a_worker_alone_is_refused, ROWS(ends) },
		{ a_worker_is_told_what_an_advisor_says, 0 },
		{ a_reload_while_it_stops_is_no_reload, 0 },
		{ a_second_helper_does_not_take_the_status_socket, 0 },
		{ a_socket_that_a_dead_helper_left_is_replaced, 0 },
	};

	log_open(LOG_TARGET_STDERR, "test", true);
	return test_main("monitor-process", cases, ROWS(cases));
}
