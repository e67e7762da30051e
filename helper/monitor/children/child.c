/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keeps the state of one process.  What its death means for others is
 * workers.c's and advisors.c's.
 */
#include <config.h>
#include "helper/monitor/children/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/keyline.h"

#define EARLY_SECONDS 1.0
#define DELAY_MIN     0.1

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
    struct child **list)
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
	ev_io_init(&c->io, on_channel, channel, EV_READ);
	ev_child_init(&c->end, on_end, pid, 0);
	ev_io_init(&c->room, on_room, channel, EV_WRITE);
	c->io.data = c;
	c->room.data = c;
	c->end.data = c;
	ev_io_start(loop, &c->io);
	ev_child_start(loop, &c->end);

	c->next = *list;
	if (c->next != NULL)
		c->next->prev = c;
	*list = c;
	return c;
}

void
child_free(struct child *c, struct child **list)
{
	child_lose(c);
	ev_child_stop(c->loop, &c->end);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		*list = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	free(c);
}

int
child_tell(struct child *c, const struct message *m, int fd)
{
	int r;

	if (c->state == CHILD_LOST)
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
	if (c->state == CHILD_LOST)
		return;
	c->state = CHILD_LOST;
	c->sessions = 0;
	ev_io_stop(c->loop, &c->io);
	ev_io_stop(c->loop, &c->room);
	(void)close(c->channel);
	c->channel = -1;
	outbox_clear(&c->outbox);
	keyline_close(c);
}

void
child_kill(struct child *c)
{
	if (c->state == CHILD_RUNNING)
		(void)kill(c->pid, SIGKILL);
	child_lose(c);
}

/* Its last order, or a kill where it cannot be given. */
static void
order(struct child *c, const struct message *m)
{
	if (c->state == CHILD_LOST)
		return;
	if (child_tell(c, m, -1) < 0)
		child_kill(c);
	else
		c->state = CHILD_STOPPING;
}

void
child_stop(struct child *c, uint32_t grace_ms)
{
	const struct message m = { .type = MESSAGE_STOP,
		.u.stop.grace_ms = grace_ms };

	order(c, &m);
}

void
child_drain(struct child *c)
{
	const struct message m = { .type = MESSAGE_DRAIN };

	order(c, &m);
}

bool
child_is_stillborn(const struct child *c)
{
	return c->state != CHILD_STOPPING && !c->is_retired && !c->has_served &&
	       ev_now(c->loop) - c->started < EARLY_SECONDS;
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

ev_tstamp
child_delay(const struct child *c, ev_tstamp last)
{
	if (!child_is_stillborn(c))
		return 0;
	if (last == 0)
		return DELAY_MIN;
	return last < CHILD_DELAY_MAX / 2 ? 2 * last : CHILD_DELAY_MAX;
}
