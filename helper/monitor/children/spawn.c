/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The way from the monitor into a worker or an advisor: what it inherits is
 * decided here.
 */
#include <config.h>
#include "helper/monitor/children/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/loglines.h"
#include "helper/monitor/registry/inbox.h"

#define SEND_SECONDS 2

/* The monitor tells others when to stop, a terminal's ^C must not. */
static const struct {
	int signal;
	void (*action)(int);
} signals[] = {
	{ SIGINT, SIG_IGN },
	{ SIGTERM, SIG_IGN },
	{ SIGHUP, SIG_IGN },
	{ SIGPIPE, SIG_IGN },
	{ SIGCHLD, SIG_DFL },
};

static void
set_signals(void)
{
	sigset_t none;

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct sigaction sa = { .sa_handler = signals[i].action };

		(void)sigaction(signals[i].signal, &sa, NULL);
	}
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* ends[0] is the monitor's. */
static int
open_channel(int ends[static 2])
{
	const struct timeval patience = { .tv_sec = SEND_SECONDS };
	const int bytes = INBOX_CHANNEL_BYTES;
	int flags;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return -errno;
	flags = fcntl(ends[0], F_GETFL);
	if (flags == -1 || fcntl(ends[0], F_SETFL, flags | O_NONBLOCK) == -1 ||
	    setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &patience,
		sizeof patience) == -1 ||
	    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) ==
		-1) {
		int r = -errno;

		(void)close(ends[0]);
		(void)close(ends[1]);
		return r;
	}
	return 0;
}

static void
close_ends(const int ends[static 2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] != -1)
			(void)close(ends[i]);
}

pid_t
spawn(struct ev_loop *loop, const char *role, void (*forget)(void *arg),
    int (*run)(void *arg, int channel), void *arg, int *ret_channel)
{
	int ends[2], lines[2], r = open_channel(ends);
	pid_t pid;

	if (r < 0)
		return r;
	r = loglines_open(lines);
	if (r < 0) {
		close_ends(ends);
		return r;
	}
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		if (lines[0] != -1)
			(void)close(lines[0]);
		loglines_forget();
		log_role(role);
		if (lines[1] != -1)
			log_through(lines[1]);
		forget(arg);
		set_signals();
		_exit(run(arg, ends[1]));
	}
	if (pid == -1) {
		r = -errno;
		close_ends(ends);
		close_ends(lines);
		return r;
	}
	loglines_add(loop, role, pid, lines[0]);
	if (lines[1] != -1)
		(void)close(lines[1]);
	(void)close(ends[1]);
	*ret_channel = ends[0];
	return pid;
}
