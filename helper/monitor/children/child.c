/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The way from the monitor into another process, what that one inherits, and
 * the state of it.  What its death means for others is its supervisor's.
 */
#include <config.h>
#include "helper/monitor/children/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/loglines.h"
#include "helper/monitor/registry/worker_channel.h"

#define SEND_SECONDS  2
#define EARLY_SECONDS 1.0
#define DELAY_MIN     0.1

/* Start */

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
	const int bytes = WORKER_CHANNEL_BYTES;
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
child_spawn(struct ev_loop *loop, const char *role, void (*forget)(void *arg),
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

/* Its state */

static void
on_channel(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct child *c = io->data;

	(void)loop;
	(void)events;
	c->readable(c);
}

/* Whatever is wrong with the channel is seen when it is read from. */
static void
on_room(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct child *c = io->data;

	(void)events;
	if (outbox_flush(&c->outbox, c->channel) < 0)
		outbox_clear(&c->outbox);
	if (!child_is_behind(c))
		ev_io_stop(loop, io);
}

static void
on_end(struct ev_loop *loop, struct ev_child *end, int events)
{
	struct child *c = end->data;

	(void)loop;
	(void)events;
	c->ended(c);
}

struct child *
child_new(struct ev_loop *loop, const char *role, pid_t pid, int channel,
    struct children *list)
{
	struct child *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->loop = loop;
	c->role = role;
	c->pid = pid;
	c->channel = channel;
	c->line = -1;
	c->started = ev_now(loop);
	outbox_init(&c->outbox);
	ev_io_init(&c->io, on_channel, channel, EV_READ);
	ev_child_init(&c->end, on_end, pid, 0);
	ev_io_init(&c->room, on_room, channel, EV_WRITE);
	c->io.data = c;
	c->room.data = c;
	c->end.data = c;
	ev_io_start(loop, &c->io);
	ev_child_start(loop, &c->end);
	LIST_INSERT_HEAD(list, c, entry);
	return c;
}

void
child_free(struct child *c)
{
	child_lose(c);
	ev_child_stop(c->loop, &c->end);
	LIST_REMOVE(c, entry);
	ring_close(&c->ring);
	free(c);
}

int
child_tell(struct child *c, const struct message *m, int fd)
{
	int r;

	if (c->is_lost)
		return -EPIPE;
	r = outbox_send(&c->outbox, c->channel, m, fd);
	if (child_is_behind(c))
		ev_io_start(c->loop, &c->room);
	return r;
}

bool
child_is_behind(const struct child *c)
{
	return !outbox_is_empty(&c->outbox);
}

void
child_lose(struct child *c)
{
	if (c->is_lost)
		return;
	c->is_lost = true;
	c->tasks = 0;
	ev_io_stop(c->loop, &c->io);
	ev_io_stop(c->loop, &c->room);
	(void)close(c->channel);
	c->channel = -1;
	outbox_clear(&c->outbox);
	if (c->line != -1)
		(void)close(c->line);
	c->line = -1;
}

bool
child_has_crashed(const struct child *c)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
		SIGSYS, SIGTRAP };

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (WIFSIGNALED(c->end.rstatus) &&
		    WTERMSIG(c->end.rstatus) == faults[i])
			return true;
	return false;
}

void
child_log_end(const struct child *c)
{
	const int status = c->end.rstatus;
	const long pid = (long)c->pid;

	if (WIFSIGNALED(status))
		log_error("%s %ld: killed by signal %d", c->role, pid,
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_error("%s %ld: exited with %d", c->role, pid,
		    WEXITSTATUS(status));
	else
		log_debug("%s %ld: exited", c->role, pid);
}

static bool
is_stillborn(const struct child *c)
{
	return !c->is_retired && !c->has_served &&
	       ev_now(c->loop) - c->started < EARLY_SECONDS;
}

ev_tstamp
child_delay(const struct child *c, ev_tstamp last)
{
	if (!is_stillborn(c))
		return 0;
	if (last == 0)
		return DELAY_MIN;
	return last < CHILD_DELAY_MAX / 2 ? 2 * last : CHILD_DELAY_MAX;
}
