/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a process may try to do to another, its parent: to look into it, to
 * signal it or have it signalled, to limit it.
 */
#include <config.h>
#include "tests/sandbox-acts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

int sandbox_pair[2];

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

static int
own_descriptor(void)
{
	return fcntl(sandbox_pair[0], F_SETOWN, getppid()) == -1 ? -errno : 0;
}

static int
own_descriptor_more(void)
{
	const struct {
		int type;
		pid_t pid;
	} owner = { 1, getppid() };

	return syscall(SYS_fcntl, sandbox_pair[0], F_SETOWN_EX, &owner) == -1
		   ? -errno
		   : 0;
}

static int
choose_signal(void)
{
	return syscall(SYS_fcntl, sandbox_pair[0], F_SETSIG, SIGKILL) == -1
		   ? -errno
		   : 0;
}

static int
want_signals(void)
{
	int flags = fcntl(sandbox_pair[0], F_GETFL);

	if (flags == -1)
		return -errno;
	return fcntl(sandbox_pair[0], F_SETFL, flags | O_ASYNC) == -1 ? -errno
								      : 0;
}

static int
want_no_wait(void)
{
	int flags = fcntl(sandbox_pair[0], F_GETFL);

	if (flags == -1)
		return -errno;
	return fcntl(sandbox_pair[0], F_SETFL, flags | O_NONBLOCK) == -1
		   ? -errno
		   : 0;
}

static int
watch_lease(void)
{
	return syscall(SYS_fcntl, sandbox_pair[0], F_SETLEASE, F_RDLCK) == -1
		   ? -errno
		   : 0;
}

static int
own_by_ioctl(void)
{
	pid_t pid = getppid();

	return ioctl(sandbox_pair[0], FIOSETOWN, &pid) == -1 ? -errno : 0;
}

static int
own_by_group(void)
{
	pid_t pid = getppid();

	return ioctl(sandbox_pair[0], SIOCSPGRP, &pid) == -1 ? -errno : 0;
}

static int
want_by_ioctl(void)
{
	int yes = 1;

	return ioctl(sandbox_pair[0], FIOASYNC, &yes) == -1 ? -errno : 0;
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

const struct sandbox_act sandbox_acts_on_others[] = {
	{ "ptrace", trace, "kkkkkkk" },
	{ "process_vm_readv", read_memory, "kkkkkkk" },
	{ "kill", signal_others, ".kkkkkk" },
	{ "tgkill", signal_thread, ".pppppp" },
	{ "tkill", signal_task, "kkkkkkk" },
	{ "rt_sigqueueinfo", signal_queue, "kkkkkkk" },
	{ "pidfd_open", open_process, "kkkkkkk" },
	{ "F_SETOWN", own_descriptor, "ppppppp" },
	{ "F_SETOWN_EX", own_descriptor_more, "ppppppp" },
	{ "F_SETSIG", choose_signal, "ppppppp" },
	{ "F_SETLEASE", watch_lease, "ppppppp" },
	{ "F_SETFL with O_ASYNC", want_signals, "ppppppp" },
	{ "F_SETFL with O_NONBLOCK", want_no_wait, "......." },
	{ "FIOSETOWN", own_by_ioctl, "ppppppp" },
	{ "SIOCSPGRP", own_by_group, "ppppppp" },
	{ "FIOASYNC", want_by_ioctl, "ppppppp" },
	{ "timer_create", time_a_signal, "ppppppp" },
	{ "prlimit of another", limit_other, "ppppppp" },
	{ "prlimit of oneself", limit_self, "......." },
	{ "sched_setaffinity", bind_other, "ppppppp" },
	{ "sched_setscheduler", schedule_other, "ppppppp" },
	{ "setpriority", slow_other, "ppppppp" },
	{ "ioprio_set", slow_others_disk, "ppppppp" },
	{ "setpgid", group_other, "ppppppp" },
	{ "getpgid", look_at_group, "ppppppp" },
	{ "kcmp", compare_with_other, "kkkkkkk" },
	{ "perf_event_open", count_cycles, "kkkkkkk" },
	{ NULL, NULL, "" },
};
