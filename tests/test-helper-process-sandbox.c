/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each role tries what it must not do, from inside, and what it needs.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/landlock.h"
#include "helper/base/sandbox.h"

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

/* The rest of the ways to signal: each to the parent, or to have it sent. */

static int
signal_thread(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0) == -1 ? -errno : 0;
}

static int
signal_task(void)
{
	return syscall(SYS_tkill, getppid(), 0) == -1 ? -errno : 0;
}

static int
signal_queue(void)
{
	siginfo_t info = { .si_code = SI_QUEUE };

	return syscall(SYS_rt_sigqueueinfo, getppid(), SIGCONT, &info) == -1
		   ? -errno
		   : 0;
}

static int
open_process(void)
{
	return syscall(SYS_pidfd_open, getppid(), 0) == -1 ? -errno : 0;
}

/* A descriptor of the parent's that every role may have, and its other end. */
static int pair[2];

static int
own_descriptor(void)
{
	return fcntl(pair[0], F_SETOWN, getppid()) == -1 ? -errno : 0;
}

static int
own_descriptor_more(void)
{
	const struct {
		int type;
		pid_t pid;
	} owner = { 1, getppid() };

	return syscall(SYS_fcntl, pair[0], F_SETOWN_EX, &owner) == -1 ? -errno
								      : 0;
}

static int
choose_signal(void)
{
	return syscall(SYS_fcntl, pair[0], F_SETSIG, SIGKILL) == -1 ? -errno
								    : 0;
}

static int
want_signals(void)
{
	int flags = fcntl(pair[0], F_GETFL);

	if (flags == -1)
		return -errno;
	return fcntl(pair[0], F_SETFL, flags | O_ASYNC) == -1 ? -errno : 0;
}

static int
want_no_wait(void)
{
	int flags = fcntl(pair[0], F_GETFL);

	if (flags == -1)
		return -errno;
	return fcntl(pair[0], F_SETFL, flags | O_NONBLOCK) == -1 ? -errno : 0;
}

static int
watch_lease(void)
{
	return syscall(SYS_fcntl, pair[0], F_SETLEASE, F_RDLCK) == -1 ? -errno
								      : 0;
}

static int
own_by_ioctl(void)
{
	pid_t pid = getppid();

	return ioctl(pair[0], FIOSETOWN, &pid) == -1 ? -errno : 0;
}

static int
own_by_group(void)
{
	pid_t pid = getppid();

	return ioctl(pair[0], SIOCSPGRP, &pid) == -1 ? -errno : 0;
}

static int
want_by_ioctl(void)
{
	int yes = 1;

	return ioctl(pair[0], FIOASYNC, &yes) == -1 ? -errno : 0;
}

static int
time_a_signal(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGKILL };
	int id;

	event._sigev_un._tid = getppid();
	return syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id) == -1
		   ? -errno
		   : 0;
}

/* What else is done to another by its process id. */

static int
limit_other(void)
{
	struct rlimit limit;

	return prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit) == -1 ? -errno
								     : 0;
}

static int
limit_self(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
		       setrlimit(RLIMIT_NOFILE, &limit) == -1
		   ? -errno
		   : 0;
}

static int
bind_other(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set) == -1)
		return -errno;
	return sched_setaffinity(getppid(), sizeof set, &set) == -1 ? -errno
								    : 0;
}

static int
schedule_other(void)
{
	const struct sched_param param = { 0 };

	return sched_setscheduler(getppid(), SCHED_OTHER, &param) == -1 ? -errno
									: 0;
}

static int
slow_other(void)
{
	return setpriority(PRIO_PROCESS, (id_t)getppid(), 0) == -1 ? -errno : 0;
}

static int
slow_others_disk(void)
{
	return syscall(SYS_ioprio_set, 1, getppid(), 0) == -1 ? -errno : 0;
}

static int
group_other(void)
{
	return setpgid(getppid(), 0) == -1 ? -errno : 0;
}

static int
look_at_group(void)
{
	return getpgid(getppid()) == -1 ? -errno : 0;
}

static int
compare_with_other(void)
{
	return syscall(SYS_kcmp, getpid(), getppid(), 0, 0, 0) == -1 ? -errno
								     : 0;
}

static int
count_cycles(void)
{
	return syscall(SYS_perf_event_open, NULL, getppid(), -1, -1, 0) == -1
		   ? -errno
		   : 0;
}

static int
use_keyring(void)
{
	return syscall(SYS_keyctl, 0, -3, 0) == -1 ? -errno : 0;
}

static int
share_memory(void)
{
	return shmget(IPC_PRIVATE, 4096, 0600) == -1 ? -errno : 0;
}

static int
make_queue(void)
{
	return syscall(SYS_mq_open, "stssl-sandbox", O_CREAT | O_RDWR, 0600,
		   NULL) == -1
		   ? -errno
		   : 0;
}

static int
be_looked_into(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 ? -errno : 0;
}

static void *
do_nothing(void *nothing)
{
	return nothing;
}

static int
start_thread(void)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, do_nothing, NULL);

	return r != 0 ? -r : -pthread_join(thread, NULL);
}

static int
start_in_namespace(void)
{
	return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL) == -1 ? -errno
								       : 0;
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
make_datagram_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) == -1 ? -errno : 0;
}

static int
make_packet_socket(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET, 0) == -1 ? -errno : 0;
}

static int
make_stream_pair(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1 ? -errno : 0;
}

static int
make_pair(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == -1 ? -errno : 0;
}

static int
look_at_routes(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) == -1 ? -errno : 0;
}

static int
look_at_sockets(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG) == -1 ? -errno
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

/* The columns: monitor, worker, advisor, inquirer, reviewer, keyholder. */
static const struct sandbox *const roles[] = { &sandbox_monitor,
	&sandbox_worker, &sandbox_advisor, &sandbox_inquirer, &sandbox_reviewer,
	&sandbox_keyholder };

/* k killed, p EPERM or EACCES, . works, - not tried */
static const struct {
	const char *what;
	int (*act)(void);
	const char outcomes[ROWS(roles) + 1];
} acts[] = {
	{ "open a file", open_to_read, ".k..kk" },
	{ "open a file to write", open_to_write, "-kppkk" },
	{ "make a file", make_file, ".kppkk" },
	{ "execve", execute, "kkkkkk" },
	{ "fork", start_process, ".kppkk" },
	{ "ptrace", trace, "kkkkkk" },
	{ "process_vm_readv", read_memory, "kkkkkk" },
	{ "kill", signal_others, ".kkkkk" },
	{ "tgkill", signal_thread, ".ppppp" },
	{ "tkill", signal_task, "kkkkkk" },
	{ "rt_sigqueueinfo", signal_queue, "kkkkkk" },
	{ "pidfd_open", open_process, "kkkkkk" },
	{ "F_SETOWN", own_descriptor, "pppppp" },
	{ "F_SETOWN_EX", own_descriptor_more, "pppppp" },
	{ "F_SETSIG", choose_signal, "pppppp" },
	{ "F_SETLEASE", watch_lease, "pppppp" },
	{ "F_SETFL with O_ASYNC", want_signals, "pppppp" },
	{ "F_SETFL with O_NONBLOCK", want_no_wait, "......" },
	{ "FIOSETOWN", own_by_ioctl, "pppppp" },
	{ "SIOCSPGRP", own_by_group, "pppppp" },
	{ "FIOASYNC", want_by_ioctl, "pppppp" },
	{ "timer_create", time_a_signal, "pppppp" },
	{ "prlimit of another", limit_other, "pppppp" },
	{ "prlimit of oneself", limit_self, "......" },
	{ "sched_setaffinity", bind_other, "pppppp" },
	{ "sched_setscheduler", schedule_other, "pppppp" },
	{ "setpriority", slow_other, "pppppp" },
	{ "ioprio_set", slow_others_disk, "pppppp" },
	{ "setpgid", group_other, "pppppp" },
	{ "getpgid", look_at_group, "pppppp" },
	{ "kcmp", compare_with_other, "kkkkkk" },
	{ "perf_event_open", count_cycles, "kkkkkk" },
	{ "keyctl", use_keyring, "kkkkkk" },
	{ "shmget", share_memory, "pppppp" },
	{ "mq_open", make_queue, "pppppp" },
	{ "PR_SET_DUMPABLE", be_looked_into, ".ppppp" },
	{ "a thread", start_thread, ".k..kk" },
	{ "a user namespace", start_in_namespace, "-kppkk" },
	{ "a socket", make_socket, "....pp" },
	{ "a local socket", make_local_socket, ".p..pp" },
	{ "a local datagram socket", make_datagram_socket, ".ppppp" },
	{ "a local packet socket", make_packet_socket, ".ppppp" },
	{ "a pair of local datagram sockets", make_pair, ".ppppp" },
	{ "a pair of local sockets", make_stream_pair, ".p..pp" },
	{ "a socket for routes", look_at_routes, ".p..pp" },
	{ "a socket for sockets", look_at_sockets, "pppppp" },
	{ "a raw socket", make_raw_socket, "pppppp" },
	{ "memory that is code", map_code, ".p..pp" },
	{ "setuid", become_root, "kkkkkk" },
	{ "what is unacknowledged", ask_for_queue, "......" },
	{ "a terminal's queue", push_into_terminal, "pppppp" },
	{ "memory", use_memory, "......" },
};

#define TRIES (ROWS(acts) * ROWS(roles))

/* In a process of its own: its exit status is the errno. */
static int
try_in(const struct sandbox *role, int (*act)(void))
{
	pid_t pid;
	int status = 0;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
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
	char expected = acts[row].outcomes[role], seen;

	if (expected == '-')
		return;
	seen = outcome_of(try_in(roles[role], acts[row].act));
	ck_assert_msg(seen == expected, "%s tries %s: %c", roles[role]->role,
	    acts[row].what, seen);
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
	const struct landlock_wish wish = { .writes = _i == 1,
		.is_apart = true };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    landlock_enter(&wish) < 0 || raise(SIGCONT) != 0)
			_exit(255);
		_exit(-signal_others());
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
