/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The system calls behind each right, as a filter of libseccomp's.  Names of
 * calls that an architecture does not have are passed over.
 */
#include <config.h>
#include "helper/base/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Calls that everybody needs, or that do no harm. */
static const char *const basics[] = { "alarm", "arch_prctl", "brk",
	"clock_getres", "clock_gettime", "clock_nanosleep", "close",
	"close_range", "dup", "dup2", "dup3", "epoll_create1", "epoll_ctl",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd2", "exit",
	"exit_group", "fstat", "futex", "getcpu", "getegid", "geteuid",
	"getgid", "getgroups", "getpeername", "getpid", "getppid",
	"getpriority", "getrandom", "getrlimit", "getrusage", "getsockname",
	"getsockopt", "gettid", "gettimeofday", "getuid", "lseek", "madvise",
	"membarrier", "mremap", "munmap", "nanosleep", "newfstatat", "pipe",
	"pipe2", "poll", "ppoll", "pread64", "pselect6", "pwrite64", "read",
	"readv", "recvfrom", "recvmmsg", "recvmsg", "restart_syscall", "rseq",
	"rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn",
	"rt_sigsuspend", "rt_sigtimedwait", "sched_getaffinity", "sched_yield",
	"select", "sendmmsg", "sendmsg", "sendto", "set_robust_list",
	"set_tid_address", "setsockopt", "shutdown", "sigaltstack", "signalfd4",
	"splice", "sysinfo", "tee", "time", "timerfd_create", "timerfd_gettime",
	"timerfd_settime", "times", "uname", "write", "writev", NULL };

/* Making one is a rule of its own, see rules[]. */
static const char *const sockets[] = { "accept", "accept4", "bind", "connect",
	"listen", NULL };

/* Opening is a rule of its own, see rules[]. */
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

/* Also the calls by which a new process enters its own sandbox. */
static const char *const processes[] = { "clone", "clone3", "fork", "getpgrp",
	"kill", "tgkill", "setrlimit", "socketpair", "vfork", "wait4", "waitid",
	"prctl", "capget", "capset", "seccomp", "landlock_create_ruleset",
	"landlock_add_rule", "landlock_restrict_self", NULL };

static const char *const threads[] = { "set_mempolicy", "sched_getparam",
	"sched_getscheduler", NULL };

/* A process that calls these has been taken over: unless the role has them,
 * they kill it. */
static const char *const fatal[] = { "acct", "add_key", "bpf", "chroot",
	"clone", "clone3", "creat", "delete_module", "execve", "execveat",
	"finit_module", "fork", "init_module", "io_uring_enter",
	"io_uring_register", "io_uring_setup", "kcmp", "kexec_file_load",
	"kexec_load", "keyctl", "kill", "link", "linkat", "mkdir", "mkdirat",
	"mknod", "mknodat", "mount", "mount_setattr", "move_mount",
	"open_by_handle_at", "open_tree", "open", "openat", "openat2",
	"perf_event_open", "pidfd_getfd", "pidfd_open", "pidfd_send_signal",
	"pivot_root", "process_madvise", "process_vm_readv",
	"process_vm_writev", "ptrace", "reboot", "rename", "renameat",
	"renameat2", "request_key", "rmdir", "rt_sigqueueinfo",
	"rt_tgsigqueueinfo", "setgid", "setgroups", "setns", "setregid",
	"setresgid", "setresuid", "setreuid", "setuid", "swapoff", "swapon",
	"symlink", "symlinkat", "tkill", "umount2", "unlink", "unlinkat",
	"unshare", "userfaultfd", "vfork", NULL };

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

/* socket(2) has flags beside the type. */
#define TYPE_MASK 0xf

/* A new thread is none if it is a process, or in another namespace. */
#define NAMESPACES                                                   \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | \
	    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

/* The conditions of a rule: argument n is this; or, without these bits, 0. */
#define IS(n, value)                                     \
	{                                                \
		n, SCMP_CMP_EQ, (scmp_datum_t)(value), 0 \
	}
#define HAS_NOT(n, m)                                       \
	{                                                   \
		n, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(m), 0 \
	}
#define UNDER(n, m, value)                                \
	{                                                 \
		n, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(m), \
		    (scmp_datum_t)(value)                 \
	}
#define FCNTL(command)         \
	SCMP_SYS(fcntl), 1,    \
	{                      \
		IS(1, command) \
	}

/* Calls that are harmless with some arguments, and with which right. */
static const struct {
	unsigned right; /* 0: everybody */
	int call;
	unsigned count;
	struct scmp_arg_cmp conditions[2];
} rules[] = {
	/* memory that is not code */
	{ 0, SCMP_SYS(mmap), 1, { HAS_NOT(2, PROT_EXEC) } },
	{ 0, SCMP_SYS(mprotect), 1, { HAS_NOT(2, PROT_EXEC) } },
	{ 0, SCMP_SYS(ioctl), 1, { IS(1, FIONREAD) } },
	{ 0, SCMP_SYS(ioctl), 1, { IS(1, FIONBIO) } },
	{ 0, SCMP_SYS(ioctl), 1, { IS(1, SIOCOUTQ) } },
	{ 0, SCMP_SYS(ioctl), 1, { IS(1, TCGETS) } },
	/* No owner of a descriptor: the kernel would signal that for us. */
	{ 0, FCNTL(F_DUPFD) },
	{ 0, FCNTL(F_DUPFD_CLOEXEC) },
	{ 0, FCNTL(F_GETFD) },
	{ 0, FCNTL(F_SETFD) },
	{ 0, FCNTL(F_GETFL) },
	{ 0, SCMP_SYS(fcntl), 2, { IS(1, F_SETFL), HAS_NOT(2, O_ASYNC) } },
	{ SANDBOX_WRITE, FCNTL(F_GETLK) },
	{ SANDBOX_WRITE, FCNTL(F_SETLK) },
	{ SANDBOX_WRITE, FCNTL(F_SETLKW) },
	/* one's own limits and processors, not those of another process id */
	{ 0, SCMP_SYS(prlimit64), 1, { IS(0, 0) } },
	{ SANDBOX_THREADS, SCMP_SYS(sched_setaffinity), 1, { IS(0, 0) } },
	{ SANDBOX_THREADS, SCMP_SYS(clone), 1,
	    { UNDER(CLONE_FLAGS, CLONE_THREAD | NAMESPACES, CLONE_THREAD) } },
	{ SANDBOX_THREADS, SCMP_SYS(prctl), 1, { IS(0, PR_SET_NAME) } },
	{ SANDBOX_THREADS, SCMP_SYS(prctl), 1, { IS(0, PR_GET_NAME) } },
	{ SANDBOX_THREADS, SCMP_SYS(prctl), 1, { IS(0, PR_CAPBSET_READ) } },
	/*
	 * Daemons that know names and tokens listen at sockets of type stream;
	 * a datagram could be sent to every socket with a path or an abstract
	 * name.
	 * libcurl's thread for names wakes it by a pair.
	 */
	{ SANDBOX_LOCAL, SCMP_SYS(socket), 2,
	    { IS(0, AF_UNIX), UNDER(1, TYPE_MASK, SOCK_STREAM) } },
	{ SANDBOX_LOCAL, SCMP_SYS(socketpair), 2,
	    { IS(0, AF_UNIX), UNDER(1, TYPE_MASK, SOCK_STREAM) } },
	{ SANDBOX_PROCESSES, SCMP_SYS(socket), 1, { IS(0, AF_UNIX) } },
	{ SANDBOX_SOCKETS, SCMP_SYS(socket), 1, { IS(0, AF_INET) } },
	{ SANDBOX_SOCKETS, SCMP_SYS(socket), 1, { IS(0, AF_INET6) } },
	/* which addresses there are: getaddrinfo(3) */
	{ SANDBOX_READ, SCMP_SYS(socket), 2,
	    { IS(0, AF_NETLINK), IS(2, NETLINK_ROUTE) } },
	{ SANDBOX_READ, SCMP_SYS(open), 1, { HAS_NOT(1, OPEN_CHANGES) } },
	{ SANDBOX_READ, SCMP_SYS(openat), 1, { HAS_NOT(2, OPEN_CHANGES) } },
};

#define RULES (sizeof rules / sizeof rules[0])

static bool
has_rule(unsigned had, size_t i)
{
	return rules[i].right == 0 || (had & rules[i].right) != 0;
}

static int
add_rules(scmp_filter_ctx filter, unsigned had)
{
	const struct scmp_arg_cmp oneself[] = { IS(0, getpid()) };
	int r = 0;

	for (size_t i = 0; r == 0 && i < RULES; i++)
		if (has_rule(had, i))
			r = checked(seccomp_rule_add_array(filter,
			    SCMP_ACT_ALLOW, rules[i].call, rules[i].count,
			    rules[i].conditions));
	/* a signal to oneself: abort(3) */
	if (r == 0)
		r = checked(seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, oneself));
	return r;
}

/* A filter cannot see its flags; glibc falls back to clone(2) then. */
static int
add_clone3(scmp_filter_ctx filter, unsigned had, enum sandbox_mode mode)
{
	const unsigned both = SANDBOX_THREADS | SANDBOX_PROCESSES;

	if ((had & both) != SANDBOX_THREADS)
		return 0;
	return checked(seccomp_rule_add(filter,
	    mode == SANDBOX_LOG ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(clone3), 0));
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

/* True when some arguments are allowed: the others are EPERM, and no death. */
static bool
is_had_in_part(const struct sandbox *s, const char *call)
{
	const int number = seccomp_syscall_resolve_name(call);

	for (size_t i = 0; i < RULES; i++)
		if (has_rule(s->rights, i) && rules[i].call == number)
			return true;
	return number == SCMP_SYS(clone3) && (s->rights & SANDBOX_THREADS) != 0;
}

static int
add_fatal(scmp_filter_ctx filter, const struct sandbox *s)
{
	int r = 0;

	for (const char *const *c = fatal; r == 0 && *c != NULL; c++) {
		const char *const one[] = { *c, NULL };

		if (!is_had(s, *c) && !is_had_in_part(s, *c))
			r = add(filter, SCMP_ACT_KILL_PROCESS, one);
	}
	return r;
}

static int
build(scmp_filter_ctx filter, const struct sandbox *s, enum sandbox_mode mode)
{
	int r = add(filter, SCMP_ACT_ALLOW, basics);

	for (size_t i = 0; r == 0 && i < sizeof rights / sizeof rights[0]; i++)
		if ((s->rights & rights[i].right) != 0)
			r = add(filter, SCMP_ACT_ALLOW, rights[i].calls);
	if (r == 0)
		r = add_rules(filter, s->rights);
	if (r == 0)
		r = add_clone3(filter, s->rights, mode);
	if (r == 0 && mode == SANDBOX_ENFORCE)
		r = add_fatal(filter, s);
	return r;
}

int
sandbox_limit_calls(const struct sandbox *s, enum sandbox_mode mode)
{
	scmp_filter_ctx filter = seccomp_init(
	    mode == SANDBOX_LOG ? SCMP_ACT_LOG : SCMP_ACT_ERRNO(EPERM));
	int r = filter == NULL ? -ENOMEM : build(filter, s, mode);

	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}
