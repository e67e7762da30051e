/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The roles' rights, the system calls behind each right, and how they are
 * enforced.  Names of calls that an architecture does not have are passed over.
 */
#include <config.h>
#include "helper/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "helper/landlock.h"
#include "helper/log.h"

const struct sandbox sandbox_monitor = { "monitor",
	SANDBOX_SOCKETS | SANDBOX_LOCAL | SANDBOX_READ | SANDBOX_WRITE |
	    SANDBOX_CODE | SANDBOX_PROCESSES | SANDBOX_THREADS };
const struct sandbox sandbox_worker = { "worker", SANDBOX_SOCKETS };
const struct sandbox sandbox_advisor = { "advisor",
	SANDBOX_SOCKETS | SANDBOX_LOCAL | SANDBOX_READ | SANDBOX_CODE |
	    SANDBOX_THREADS };
const struct sandbox sandbox_inquirer = { "inquirer",
	SANDBOX_SOCKETS | SANDBOX_LOCAL | SANDBOX_READ | SANDBOX_CODE |
	    SANDBOX_THREADS };
const struct sandbox sandbox_keyholder = { "keyholder", 0 };
const struct sandbox sandbox_resolver = { "resolver",
	SANDBOX_SOCKETS | SANDBOX_LOCAL | SANDBOX_READ | SANDBOX_CODE |
	    SANDBOX_THREADS };
const struct sandbox sandbox_reviewer = { "reviewer", 0 };

/* Calls that everybody needs, or that do no harm. */
static const char *const basics[] = { "alarm", "arch_prctl", "brk",
	"clock_getres", "clock_gettime", "clock_nanosleep", "close",
	"close_range", "dup", "dup2", "dup3", "epoll_create1", "epoll_ctl",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd2", "exit",
	"exit_group", "fcntl", "fstat", "futex", "getcpu", "getegid", "geteuid",
	"getgid", "getgroups", "getpeername", "getpid", "getppid",
	"getpriority", "getrandom", "getrlimit", "getrusage", "getsockname",
	"getsockopt", "gettid", "gettimeofday", "getuid", "lseek", "madvise",
	"membarrier", "mremap", "munmap", "nanosleep", "newfstatat", "pipe",
	"pipe2", "poll", "ppoll", "pread64", "prlimit64", "pselect6",
	"pwrite64", "read", "readv", "recvfrom", "recvmmsg", "recvmsg",
	"restart_syscall", "rseq", "rt_sigaction", "rt_sigpending",
	"rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
	"sched_getaffinity", "sched_yield", "select", "sendmmsg", "sendmsg",
	"sendto", "set_robust_list", "set_tid_address", "setsockopt",
	"shutdown", "sigaltstack", "signalfd4", "splice", "sysinfo", "tee",
	"time", "timerfd_create", "timerfd_gettime", "timerfd_settime", "times",
	"uname", "write", "writev", NULL };

static const char *const sockets[] = { "accept", "accept4", "bind", "connect",
	"listen", "socketpair", NULL };

/* Opening is a rule of its own, see add_open(). */
static const char *const reading[] = { "access", "chdir", "faccessat",
	"faccessat2", "fadvise64", "flock", "fstatfs", "getcwd", "getdents",
	"getdents64", "getxattr", "lstat", "readlink", "readlinkat", "stat",
	"statfs", "statx", "inotify_add_watch", "inotify_init1",
	"inotify_rm_watch", NULL };

static const char *const writing[] = { "chmod", "chown", "creat", "fchmod",
	"fchmodat", "fchown", "fchownat", "fdatasync", "fsync", "ftruncate",
	"link", "linkat", "mkdir", "mkdirat", "open", "openat", "rename",
	"renameat", "renameat2", "rmdir", "symlink", "symlinkat", "umask",
	"unlink", "unlinkat", NULL };

static const char *const code[] = { "memfd_create", "mmap", "mprotect",
	"pkey_mprotect", NULL };

static const char *const processes[] = { "clone", "clone3", "fork", "getpgrp",
	"kill", "tgkill", "pidfd_open", "pidfd_send_signal", "setpriority",
	"setrlimit", "vfork", "wait4", "waitid", "prctl", "capget", "capset",
	"seccomp", "landlock_create_ruleset", "landlock_add_rule",
	"landlock_restrict_self", NULL };

static const char *const threads[] = { "clone", "clone3", "prctl",
	"set_mempolicy", "sched_getparam", "sched_getscheduler",
	"sched_setaffinity", NULL };

/* Who calls these is not us any more.  They kill unless the role has them. */
static const char *const fatal[] = { "acct", "add_key", "bpf", "chroot",
	"clone", "clone3", "creat", "delete_module", "execve", "execveat",
	"finit_module", "fork", "init_module", "io_uring_enter",
	"io_uring_register", "io_uring_setup", "kcmp", "kexec_file_load",
	"kexec_load", "keyctl", "kill", "link", "linkat", "mkdir", "mkdirat",
	"mknod", "mknodat", "mount", "mount_setattr", "move_mount",
	"open_by_handle_at", "open_tree", "open", "openat", "openat2",
	"perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise",
	"process_vm_readv", "process_vm_writev", "ptrace", "reboot", "rename",
	"renameat", "renameat2", "request_key", "rmdir", "setgid", "setgroups",
	"setns", "setregid", "setresgid", "setresuid", "setreuid", "setuid",
	"swapoff", "swapon", "symlink", "symlinkat", "tkill", "umount2",
	"unlink", "unlinkat", "unshare", "userfaultfd", "vfork", NULL };

static const struct {
	unsigned right;
	const char *const *calls;
} rights[] = {
	{ SANDBOX_SOCKETS, sockets },
	{ SANDBOX_READ, reading },
	{ SANDBOX_WRITE, writing },
	{ SANDBOX_CODE, code },
	{ SANDBOX_PROCESSES, processes },
	{ SANDBOX_THREADS, threads },
};

static enum sandbox_mode mode = SANDBOX_DEFAULT;

void
sandbox_set_mode(enum sandbox_mode wanted)
{
	mode = wanted;
}

/* libseccomp says what it said before with -EEXIST. */
static int
checked(int r)
{
	return r == -EEXIST ? 0 : r;
}

static int
add(scmp_filter_ctx filter, uint32_t action, const char *const *calls)
{
	int r = 0;

	for (; r == 0 && *calls != NULL; calls++) {
		int number = seccomp_syscall_resolve_name(*calls);

		if (number != __NR_SCMP_ERROR)
			r = checked(
			    seccomp_rule_add(filter, action, number, 0));
	}
	return r;
}

#define OPEN_CHANGES \
	(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))

/* Calls that are harmless with some arguments, and with which right. */
static int
add_bounded(scmp_filter_ctx filter, unsigned had)
{
	const struct {
		unsigned right; /* 0: everybody */
		int call;
		struct scmp_arg_cmp condition;
	} rules[] = {
		/* memory that is not code */
		{ 0, SCMP_SYS(mmap), { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		{ 0, SCMP_SYS(mprotect),
		    { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		/* a signal to oneself: abort(3) */
		{ 0, SCMP_SYS(tgkill),
		    { 0, SCMP_CMP_EQ, (uint64_t)getpid(), 0 } },
		{ 0, SCMP_SYS(ioctl), { 1, SCMP_CMP_EQ, FIONREAD, 0 } },
		{ 0, SCMP_SYS(ioctl), { 1, SCMP_CMP_EQ, FIONBIO, 0 } },
		{ 0, SCMP_SYS(ioctl), { 1, SCMP_CMP_EQ, SIOCOUTQ, 0 } },
		{ 0, SCMP_SYS(ioctl), { 1, SCMP_CMP_EQ, TCGETS, 0 } },
		{ SANDBOX_LOCAL, SCMP_SYS(socket),
		    { 0, SCMP_CMP_EQ, AF_UNIX, 0 } },
		{ SANDBOX_SOCKETS, SCMP_SYS(socket),
		    { 0, SCMP_CMP_EQ, AF_INET, 0 } },
		{ SANDBOX_SOCKETS, SCMP_SYS(socket),
		    { 0, SCMP_CMP_EQ, AF_INET6, 0 } },
		/* which addresses there are: getaddrinfo(3) */
		{ SANDBOX_READ, SCMP_SYS(socket),
		    { 0, SCMP_CMP_EQ, AF_NETLINK, 0 } },
		{ SANDBOX_READ, SCMP_SYS(open),
		    { 1, SCMP_CMP_MASKED_EQ, OPEN_CHANGES, 0 } },
		{ SANDBOX_READ, SCMP_SYS(openat),
		    { 2, SCMP_CMP_MASKED_EQ, OPEN_CHANGES, 0 } },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].right == 0 || (had & rules[i].right) != 0)
			r = checked(seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			    rules[i].call, 1, rules[i].condition));
	return r;
}

/* True when the role has a right that this call belongs to. */
static bool
is_had(const struct sandbox *s, const char *call)
{
	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
		if ((s->rights & rights[i].right) == 0)
			continue;
		for (const char *const *c = rights[i].calls; *c != NULL; c++)
			if (strcmp(*c, call) == 0)
				return true;
	}
	return false;
}

static int
add_fatal(scmp_filter_ctx filter, const struct sandbox *s)
{
	int r = 0;

	for (const char *const *c = fatal; r == 0 && *c != NULL; c++) {
		const char *const one[] = { *c, NULL };
		bool reads =
		    (s->rights & SANDBOX_READ) != 0 &&
		    (strcmp(*c, "open") == 0 || strcmp(*c, "openat") == 0);

		/* Opening to write is EPERM for who may read. */
		if (!is_had(s, *c) && !reads)
			r = add(filter, SCMP_ACT_KILL_PROCESS, one);
	}
	return r;
}

static int
build(scmp_filter_ctx filter, const struct sandbox *s)
{
	int r = add(filter, SCMP_ACT_ALLOW, basics);

	for (size_t i = 0; r == 0 && i < sizeof rights / sizeof rights[0]; i++)
		if ((s->rights & rights[i].right) != 0)
			r = add(filter, SCMP_ACT_ALLOW, rights[i].calls);
	if (r == 0)
		r = add_bounded(filter, s->rights);
	if (r == 0 && mode == SANDBOX_ENFORCE)
		r = add_fatal(filter, s);
	return r;
}

static int
limit_calls(const struct sandbox *s)
{
	scmp_filter_ctx filter = seccomp_init(
	    mode == SANDBOX_LOG ? SCMP_ACT_LOG : SCMP_ACT_ERRNO(EPERM));
	int r = filter == NULL ? -ENOMEM : build(filter, s);

	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* For an ordinary user there is nothing to drop, and nothing that may be. */
static int
drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
		return -errno;
	return capng_apply(CAPNG_SELECT_CAPS) == 0 ? 0 : -EPERM;
}

static int
limit_process(const struct sandbox *s)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		return -errno;
	/* Who starts others must not hide their files in /proc from them. */
	if ((s->rights & SANDBOX_PROCESSES) == 0 &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return -errno;
	return drop_capabilities();
}

int
sandbox_enter(const struct sandbox *s)
{
	int r;

	if (mode == SANDBOX_OFF)
		return 0;
	/* gmtime_r(3) opens /etc/localtime when it is first called. */
	tzset();
	r = limit_process(s);
	if (r == 0 && mode == SANDBOX_ENFORCE)
		r = landlock_enter((s->rights & SANDBOX_READ) != 0,
		    (s->rights & SANDBOX_WRITE) != 0);
	if (r == 0)
		r = limit_calls(s);
	if (r < 0)
		(void)log_errno(r, "%s: cannot enter the sandbox", s->role);
	return r;
}
