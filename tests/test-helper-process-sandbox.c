/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each role tries what it must not do, from inside, and what it needs.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/sandbox.h"
#include "tests/sandbox-acts.h"

/* In the order of the acts' outcomes. */
static const struct sandbox *const roles[SANDBOX_ROLES] = { &sandbox_monitor,
	&sandbox_worker, &sandbox_advisor, &sandbox_inquirer, &sandbox_reviewer,
	&sandbox_keyholder, &sandbox_verifier };

static size_t
count(const struct sandbox_act *acts)
{
	size_t n = 0;

	while (acts[n].act != NULL)
		n++;
	return n;
}

static const struct sandbox_act *
act_at(size_t n)
{
	size_t own = count(sandbox_own_acts);

	return n < own ? &sandbox_own_acts[n]
		       : &sandbox_acts_on_others[n - own];
}

/* One of them, by its name. */
static int
try(const char *what)
{
	size_t n = 0;

	while (strcmp(act_at(n)->what, what) != 0)
		n++;
	return act_at(n)->act();
}

/* In a process of its own: its exit status is the errno. */
static int
try_in(const struct sandbox *role, int (*act)(void))
{
	pid_t pid;
	int status = 0;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sandbox_pair), 0);
	pid = fork();
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
	const struct sandbox_act *act = act_at(row);
	char expected = act->outcomes[role], seen;

	if (expected == '-')
		return;
	seen = outcome_of(try_in(roles[role], act->act));
	ck_assert_msg(seen == expected, "%s tries %s: %c", roles[role]->role,
	    act->what, seen);
}
END_TEST

/* Not root any more, and with a memory that its user can look into. */
static void
become_ordinary(void)
{
	if (geteuid() == 0) {
		ck_assert_int_eq(setresgid(65534, 65534, 65534), 0);
		ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	}
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
}

/* A process that waits in a role, or in none. */
static pid_t
wait_in(const struct sandbox *role, enum sandbox_mode mode)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		sandbox_set_mode(mode);
		if ((role == NULL || sandbox_enter(role) == 0) &&
		    write(ready[1], "x", 1) == 1)
			for (;;)
				(void)poll(NULL, 0, -1);
		_exit(1);
	}
	ck_assert_int_ne(pid, -1);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

static void
end(pid_t pid)
{
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* By its memory, or by tracing it: 0, or a negative errno. */
static int
look_into(pid_t pid)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && ptrace(PTRACE_SEIZE, pid, NULL, NULL) == -1)
		return -errno;
	(void)close(fd);
	return 0;
}

START_TEST(a_process_of_the_same_user_cannot_look_into_a_role)
{
	const struct sandbox *role = roles[(size_t)_i % ROWS(roles)];
	const enum sandbox_mode mode =
	    _i < (int)ROWS(roles) ? SANDBOX_ENFORCE : SANDBOX_LOG;
	pid_t pid;

	become_ordinary();
	pid = wait_in(NULL, mode);
	ck_assert_int_eq(look_into(pid), 0);
	end(pid);
	pid = wait_in(role, mode);
	ck_assert_int_eq(look_into(pid), -EPERM);
	end(pid);
}
END_TEST

/* What libraries read of their own process is there all the same. */
START_TEST(who_is_hidden_can_look_at_himself)
{
	int fd;

	become_ordinary();
	ck_assert_int_eq(sandbox_hide(), 0);
	fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_gt(read(fd, &(char){ 0 }, 1), 0);
	(void)close(fd);
	ck_assert_int_ge(readlink("/proc/self/exe", (char[256]){ 0 }, 256), 0);
}
END_TEST

static bool
has_scopes(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		   LANDLOCK_CREATE_RULESET_VERSION) >= 6;
}

/* Outside of the role, a datagram socket with an abstract name. */
static int
listen_abstractly(struct sockaddr_un *ret, socklen_t *ret_len)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	*ret_len = sizeof *ret;
	ck_assert_int_eq(
	    bind(fd, (struct sockaddr *)ret, sizeof(sa_family_t)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)ret, ret_len), 0);
	return fd;
}

/* An old descriptor would be a way, and is none where there are scopes. */
START_TEST(a_role_reaches_no_abstract_socket)
{
	struct sockaddr_un un;
	socklen_t len;
	int listener = listen_abstractly(&un, &len), status = 0;
	int old = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pid_t pid = fork();

	if (pid == 0) {
		sandbox_set_mode(SANDBOX_ENFORCE);
		if (sandbox_enter(roles[_i]) < 0)
			_exit(255);
		_exit(sendto(old, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&un,
			  len) == 1
			  ? 0
			  : errno);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(outcome_of(status),
	    roles[_i] == &sandbox_monitor || !has_scopes() ? '.' : 'p');
	(void)close(listener);
	(void)close(old);
}
END_TEST

/* Without the rules about system calls. */
START_TEST(the_kernel_keeps_signals_apart)
{
	const struct sandbox apart = { "test",
		_i == 1 ? SANDBOX_READ | SANDBOX_WRITE : 0 };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    sandbox_limit_files(&apart) < 0 || raise(SIGCONT) != 0)
			_exit(255);
		_exit(-try("kill"));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(outcome_of(status), has_scopes() ? 'p' : '.');
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
	int up[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(up), 0);
	pid = fork();
	if (pid == 0) {
		sandbox_set_mode(SANDBOX_ENFORCE);
		(void)sandbox_enter(&sandbox_worker);
		if (write(up[1], "x", 1) == 1)
			for (;;)
				(void)poll(NULL, 0, -1);
		_exit(1);
	}
	ck_assert_int_eq(read(up[0], &byte, 1), 1);
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
		_exit(-try("open a file"));
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
		    (int)(ROWS(roles) * (count(sandbox_own_acts) +
					    count(sandbox_acts_on_others))) },
		{ a_process_of_the_same_user_cannot_look_into_a_role,
		    2 * ROWS(roles) },
		{ who_is_hidden_can_look_at_himself, 0 },
		{ a_role_reaches_no_abstract_socket, ROWS(roles) },
		{ the_kernel_keeps_signals_apart, 2 },
		{ without_enforcement_nothing_fails, 0 },
		{ a_role_has_no_capabilities_and_gets_none_back, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
