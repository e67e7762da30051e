/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/monitor-stage.h"

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
#include "tests/test-monitor-process.h"
#include "tests/test.h"

char monitor_directory[] = "/tmp/stssl-monitor-XXXXXX";
static char path[64];
static char no_classes[] = "/nonexistent/classes.conf";
static struct listen_config listener;
static struct helper_config config;
unsigned refuse_above = 600; /* nobody */
unsigned max_sessions;       /* 0: without a limit */
const struct privileges privileges = { .status_gid = (gid_t)-1 };
pid_t helper;
struct stssl_address address;

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

struct generation generation = { .config = &config };

void
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

void
start(unsigned workers, unsigned sessions)
{
	ck_assert_ptr_nonnull(mkdtemp(monitor_directory));
	(void)snprintf(path, sizeof path, "%s/status.sock", monitor_directory);
	listener = (struct listen_config){ .name = "ftp",
		.addresses.list = &address,
		.addresses.count = 1,
		.max_sessions = max_sessions };
	config = (struct helper_config){ .workers = workers,
		.sessions_per_worker = sessions,
		.status_socket = path,
		.classes = no_classes,
		.penalties = { .seconds = { [PENALTY_CRASH] = 90,
				   [PENALTY_LOGIN_FAILED] = 90 },
		    .refuse_above = refuse_above,
		    .max = 600,
		    .max_sources = 10 },
		.listeners = &listener,
		.listener_count = 1 };
	launch();
}

void
finish(void)
{
	struct stat st;
	int status;

	ck_assert_int_eq(kill(helper, SIGTERM), 0);
	ck_assert_int_eq(waitpid(helper, &status, 0), helper);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), STATUS_STOPPED);
	ck_assert_int_eq(lstat(path, &st), -1);
	ck_assert_int_eq(rmdir(monitor_directory), 0);
}

int
knock(void)
{
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to(&address, &sa);
	int fd = socket(sa.ss_family, SOCK_STREAM, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, len), 0);
	return fd;
}

pid_t
server_of(int fd)
{
	pid_t pid;

	ck_assert_int_eq(recv(fd, &pid, sizeof pid, MSG_WAITALL), sizeof pid);
	return pid;
}

int
dial(pid_t *ret)
{
	int fd = knock();

	*ret = server_of(fd);
	return fd;
}

bool
is_open(void)
{
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to(&address, &sa);
	int fd = socket(sa.ss_family, SOCK_STREAM, 0);
	bool open = connect(fd, (struct sockaddr *)&sa, len) == 0;

	(void)close(fd);
	return open;
}

int
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

void
drop(int fd, char order)
{
	char c;

	ck_assert_int_eq(write(fd, &order, 1), 1);
	(void)shutdown(fd, SHUT_WR);
	(void)!read(fd, &c, 1);
	(void)close(fd);
}

bool
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
