/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hears a worker, and says whose fault its end is.  A worker is lost when its
 * channel ends or it says something impossible; from that moment its records
 * are gone, whatever its process still does.
 */
#include <config.h>
#include "helper/monitor/children/worker_process.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/registry/walk.h"
#include "helper/monitor/registry/worker_channel.h"
#include "helper/worker/worker.h"

static size_t
wanted(const struct helper_config *config)
{
	long cpus;

	if (config->workers > 0)
		return config->workers;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	return cpus > 0 ? (size_t)cpus : 1;
}

static int
run(const struct generation *g, int channel, struct ring *ring)
{
	return worker_main(g->config, g->tls, channel, ring);
}

/* Lines to the keyholder, and to the verifier */

/*
 * The monitor keeps the keyholder's end open as well: what a worker asks while
 * there is no keyholder waits for the next one, which gets the same end.
 */
static int
open_line(struct child *c)
{
	const struct message m = { .type = MESSAGE_KEYS };
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return -errno;
	r = child_tell(c, &m, ends[1]);
	(void)close(ends[1]);
	if (r < 0)
		(void)close(ends[0]);
	else
		c->line = ends[0];
	return r;
}

/* The keyholder that has it now will not be replaced. */
static void
close_line(struct child *c)
{
	if (c->line != -1)
		(void)close(c->line);
	c->line = -1;
}

void
worker_connect(struct child *c)
{
	if (!c->is_connected)
		c->is_connected = monitor_connect(
		    c->pool->monitor, (uint32_t)c->pid, c->line);
}

void
worker_introduce(struct child *c)
{
	if (c->verifier == 0)
		monitor_introduce(c->pool->monitor, c);
}

static int
started(struct child *c)
{
	int r = open_line(c);

	if (r < 0) {
		pool_kill(c);
		return r;
	}
	worker_connect(c);
	worker_introduce(c);
	return 0;
}

/* Whose fault the end of one is */

/* Before its sessions are gone. */
static void
lost(struct child *c)
{
	struct registry *registry = c->pool->monitor->registry;

	c->has_suspect = registry_source_of(registry, c, &c->suspect);
	registry_remove_owner(registry, c);
	c->pool->is_untidy = true;
}

void
worker_blame(struct child *c)
{
	if (c->has_suspect)
		monitor_penalise(c->pool->monitor, &c->suspect, PENALTY_CRASH);
	c->has_suspect = false;
}

/* Their messages */

/*
 * `most` messages; 0: all that lie there.  It `looks` whether the channel has
 * ended.  Returns as worker_channel_drain().
 */
static int
hear(struct child *c, unsigned most, bool looks)
{
	struct worker_channel in = { .monitor = c->pool->monitor,
		.worker = c,
		.is_older = c->is_retired,
		.ring = &c->ring,
		.channel = c->channel,
		.most = most,
		.looks = looks };
	int r = worker_channel_drain(&in);

	/* It was accused of a lie meanwhile, and has no sessions any more. */
	if (c->is_lost)
		return r;
	assert(in.closed <= c->tasks);
	c->tasks -= in.closed;
	c->has_more = in.has_more;
	if (in.closed > 0)
		c->pool->is_untidy = true;
	return r;
}

static void
drain(struct child *c, unsigned most, bool looks)
{
	int r;

	if (c->is_lost)
		return;
	r = hear(c, most, looks);
	/* One that stops closes its channel, and ends by itself. */
	if (r == -EPIPE && c->is_retired)
		pool_lose(c);
	else if (r < 0)
		pool_kill(c);
	/* Its client has made it lie, which is no less than a crash. */
	if (r == -EBADMSG)
		worker_blame(c);
}

static void
drain_each(struct pool *pool)
{
	struct child *c;

	LIST_FOREACH (c, &pool->list, entry)
		drain(c, 0, true);
}

/*
 * A session may have got a connection after another one had it.  Its worker may
 * have been heard before the other one's; but in a second round that one, too,
 * has said that the connection is free.
 */
void
worker_drain_all(struct pool *pool)
{
	size_t dropped;

	drain_each(pool);
	if (registry_is_unsettled(pool->monitor->registry))
		drain_each(pool);
	dropped = registry_settle(pool->monitor->registry);
	if (dropped > 0)
		log_error("%zu records published for connections of others "
			  "are dropped",
		    dropped);
}

/* The worker that holds a connection may have freed it already. */
static void
settle(struct pool *pool)
{
	if (registry_is_unsettled(pool->monitor->registry))
		worker_drain_all(pool);
}

static void
readable(struct child *c)
{
	drain(c, WALK_STEP, true);
	settle(c->pool);
}

void
worker_hear_all(struct pool *pool, unsigned most)
{
	struct child *c;

	LIST_FOREACH (c, &pool->list, entry)
		drain(c, most, false);
	settle(pool);
}

/* Their end */

/* Its last words are in its ring. */
static void
ended(struct child *c)
{
	if (!c->is_lost)
		(void)hear(c, 0, false);
	pool_lose(c);
	if (child_has_crashed(c))
		worker_blame(c);
}

/* Its last order, or a kill where it cannot be given. */
static void
order(struct child *c, const struct message *m)
{
	if (c->is_lost)
		return;
	if (child_tell(c, m, -1) < 0)
		pool_kill(c);
	else
		c->is_retired = true;
}

static void
retire(struct child *c)
{
	const struct message m = { .type = MESSAGE_DRAIN };

	order(c, &m);
	close_line(c);
}

void
worker_stop(struct child *c)
{
	const struct message m = { .type = MESSAGE_STOP,
		.u.stop.grace_ms = c->pool->grace_ms };

	order(c, &m);
}

const struct pool_kind worker_kind = {
	.role = ROLE_WORKER,
	.name = "worker",
	.a_name = "a worker",
	.has_ring = true,
	.wanted = wanted,
	.run = run,
	.started = started,
	.readable = readable,
	.lost = lost,
	.ended = ended,
	.retire = retire,
};
