/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each role tries what it must not do, from inside, and what it needs.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/sandbox.h"

/* Each returns 0 when it worked, else -errno. */

static int
open_to_read(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 ? -errno : 0;
}

static int
open_to_write(void)
{
	return open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600) == -1 ? -errno
									: 0;
}

static int
make_file(void)
{
	char path[] = "/tmp/stssl-sandbox-XXXXXX";
	int fd = mkstemp(path);

	if (fd == -1)
		return -errno;
	return unlink(path) == -1 ? -errno : 0;
}

static int
execute(void)
{
	char *const argv[] = { NULL };

	(void)execve("/bin/true", argv, argv);
	return -errno;
}

static int
start_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 || waitpid(pid, NULL, 0) == -1 ? -errno : 0;
}

static int
trace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1 ? -errno : 0;
}

static int
read_memory(void)
{
	char here[1];
	struct iovec local = { here, 1 }, remote = { here, 1 };

	return process_vm_readv(getppid(), &local, 1, &remote, 1, 0) == -1
		   ? -errno
		   : 0;
}

static int
signal_others(void)
{
	return kill(getppid(), 0) == -1 ? -errno : 0;
}

static int
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) == -1 ? -errno
								    : 0;
}

static int
make_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) == -1 ? -errno
								    : 0;
}

static int
make_raw_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) == -1 ? -errno : 0;
}

static int
map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? -errno
		   : 0;
}

static int
become_root(void)
{
	return setuid(0) == -1 ? -errno : 0;
}

static int
ask_for_queue(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), n;

	/* Not a socket will do for roles that may not make one. */
	return ioctl(fd == -1 ? 0 : fd, SIOCOUTQ, &n) == -1 && errno == EPERM
		   ? -EPERM
		   : 0;
}

static int
push_into_terminal(void)
{
	return ioctl(0, TIOCSTI, "x") == -1 && errno == EPERM ? -EPERM : 0;
}

static int
use_memory(void)
{
	void *volatile p = malloc(16 << 20);

	if (p == NULL)
		return -ENOMEM;
	free(p);
	return 0;
}

/*
 * The columns: monitor, worker, advisor, inquirer, resolver, reviewer,
 * keyholder.
 */
static const struct sandbox *const roles[] = { &sandbox_monitor,
	&sandbox_worker, &sandbox_advisor, &sandbox_inquirer, &sandbox_resolver,
	&sandbox_reviewer, &sandbox_keyholder };

/* k killed, p EPERM or EACCES, . works, - not tried */
static const struct {
	const char *what;
	int (*act)(void);
	const char outcomes[ROWS(roles) + 1];
} acts[] = {
	{ "open a file", open_to_read, ".k...kk" },
	{ "open a file to write", open_to_write, "-kpppkk" },
	{ "make a file", make_file, ".kpppkk" },
	{ "execve", execute, "kkkkkkk" },
	{ "fork", start_process, ".k---kk" },
	{ "ptrace", trace, "kkkkkkk" },
	{ "process_vm_readv", read_memory, "kkkkkkk" },
	{ "kill", signal_others, ".kkkkkk" },
	{ "a socket", make_socket, ".....pp" },
	{ "a local socket", make_local_socket, ".p...pp" },
	{ "a raw socket", make_raw_socket, "ppppppp" },
	{ "memory that is code", map_code, ".p...pp" },
	{ "setuid", become_root, "kkkkkkk" },
	{ "what is unacknowledged", ask_for_queue, "......." },
	{ "a terminal's queue", push_into_terminal, "ppppppp" },
	{ "memory", use_memory, "......." },
};

#define TRIES (ROWS(acts) * ROWS(roles))

/* In a process of its own: its exit status is the errno. */
static int
try_in(const struct sandbox *role, int (*act)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		sandbox_set_mode(SANDBOX_ENFORCE);
		if (sandbox_enter(role) < 0)
			_exit(255);
		_exit(-act());
	}
	ck_assert_int_ne(pid, -1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static char
outcome_of(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? 'k' : '?';
	switch (WEXITSTATUS(status)) {
	case 0:
		return '.';
	case EPERM:
	case EACCES:
		return 'p';
	default:
		return '!';
	}
}

START_TEST(a_role_can_do_what_it_has_a_right_to_and_nothing_else)
{
	size_t row = (size_t)_i / ROWS(roles), role = (size_t)_i % ROWS(roles);
	char expected = acts[row].outcomes[role], seen;

	if (expected == '-')
		return;
	seen = outcome_of(try_in(roles[role], acts[row].act));
	ck_assert_msg(seen == expected, "%s tries %s: %c", roles[role]->role,
	    acts[row].what, seen);
}
END_TEST

/* A child that has opened nothing of its parent's cannot be looked at. */
START_TEST(a_worker_cannot_be_looked_into)
{
	char path[64], byte;
	int pair[2];
	pid_t pid;

	if (geteuid() == 0)
		return; /* root may look into everybody */
	ck_assert_int_eq(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		sandbox_set_mode(SANDBOX_ENFORCE);
		(void)sandbox_enter(&sandbox_worker);
		if (write(pair[1], "x", 1) == 1)
			for (;;)
				(void)poll(NULL, 0, -1);
		_exit(1);
	}
	ck_assert_int_eq(read(pair[0], &byte, 1), 1);
	(void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
	ck_assert_int_eq(open(path, O_RDONLY), -1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

/* In an advisor, which may ask; the call is the same for all roles. */
static int
be_undumpable(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : -EBUSY;
}

START_TEST(a_role_that_starts_nobody_leaves_no_core_and_no_memory_to_read)
{
	ck_assert_int_eq(
	    outcome_of(try_in(&sandbox_advisor, be_undumpable)), '.');
}
END_TEST

/* What the kernel says of a process: "Name:\tvalue" in its status. */
static void
expect_status(pid_t pid, const char *name, const char *value)
{
	char path[64], line[256];
	size_t len = strlen(name);
	bool found = false;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL) {
		if (strncmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		ck_assert_str_eq(line + len + 2, value);
		found = true;
	}
	(void)fclose(file);
	ck_assert(found);
}

/* As root it has all capabilities before. */
START_TEST(a_role_has_no_capabilities_and_gets_none_back)
{
	int pair[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		sandbox_set_mode(SANDBOX_ENFORCE);
		(void)sandbox_enter(&sandbox_worker);
		if (write(pair[1], "x", 1) == 1)
			for (;;)
				(void)poll(NULL, 0, -1);
		_exit(1);
	}
	ck_assert_int_eq(read(pair[0], &byte, 1), 1);
	expect_status(pid, "CapPrm", "0000000000000000");
	expect_status(pid, "CapEff", "0000000000000000");
	expect_status(pid, "CapInh", "0000000000000000");
	expect_status(pid, "CapAmb", "0000000000000000");
	expect_status(pid, "NoNewPrivs", "1");
	expect_status(pid, "Seccomp", "2");
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

START_TEST(without_enforcement_nothing_fails)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		sandbox_set_mode(SANDBOX_LOG);
		if (sandbox_enter(&sandbox_reviewer) < 0)
			_exit(1);
		_exit(-open_to_read());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

size_t
sandbox_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_role_can_do_what_it_has_a_right_to_and_nothing_else,
		    TRIES },
		{ a_worker_cannot_be_looked_into, 0 },
		{ without_enforcement_nothing_fails, 0 },
		{ a_role_that_starts_nobody_leaves_no_core_and_no_memory_to_read,
		    0 },
		{ a_role_has_no_capabilities_and_gets_none_back, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
