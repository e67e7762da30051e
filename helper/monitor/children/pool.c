/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One supervisor for all.  A process is lost when its channel is closed.  It is
 * replaced when it is reaped, and not before: only then it is known whether the
 * next one has to wait.
 */
#include <config.h>
#include "helper/monitor/children/pool.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "helper/base/log.h"

#define RETRY_SECONDS .05

/* What a new process needs until it runs; on the monitor's stack. */
struct start {
	const struct pool *pool; /* is freed by forget() */
	struct monitor *monitor;
	const struct pool_kind *kind;
	struct generation *generation;
	struct ring ring; /* the new process's view */
};

/* In a new process: its generation is the only one. */
static void
use(struct monitor *m, struct generation *g, struct generation *ret_old)
{
	*ret_old = (struct generation){ .config = NULL };
	if (g == m->generation)
		return;
	*ret_old = *m->generation;
	*m->generation = *g;
	/* It is no longer its owner's. */
	*g = (struct generation){ .config = NULL };
}

static void
forget(void *arg)
{
	const struct start *s = arg;
	struct generation old;

	use(s->monitor, s->generation, &old);
	if (s->kind->gather != NULL)
		s->kind->gather(s->pool);
	monitor_forget(s->monitor, s->kind->role);
	generation_free(&old);
}

static int
run(void *arg, int channel)
{
	struct start *s = arg;

	return s->kind->run(s->monitor->generation, channel, &s->ring);
}

static void
ended(struct child *c)
{
	struct pool *pool = c->pool;

	/* That one of no use any more was killed is no news. */
	if (!c->is_killed || !(c->is_retired || pool->is_stopping))
		child_log_end(c);
	if (pool->kind->ended != NULL)
		pool->kind->ended(c);
	if (!c->is_retired && !pool->is_stopping)
		monitor_restarts(pool->monitor, pool->kind->role);
	pool_lose(c);
	pool->delay = child_delay(c, pool->delay);
	pool->is_due = false;
	child_free(c);
	pool->count--;
	pool->monitor->processes--;
	pool_mend(pool);
}

int
pool_start(struct pool *pool, struct generation *g, struct child **ret)
{
	const struct pool_kind *kind = pool->kind;
	struct ev_loop *loop = pool->monitor->loop;
	struct start s = { .pool = pool,
		.monitor = pool->monitor,
		.kind = kind,
		.generation = g };
	struct child *c;
	int channel, r = kind->has_ring ? ring_open(&s.ring) : 0;
	pid_t pid;

	if (r < 0)
		return r;
	pid = child_spawn(loop, kind->name, forget, run, &s, &channel);
	if (pid < 0) {
		ring_close(&s.ring);
		return (int)pid;
	}
	c = child_new(loop, kind->name, pid, channel, &pool->list);
	if (c == NULL) {
		/* Without its channel it ends. */
		(void)close(channel);
		ring_close(&s.ring);
		return -ENOMEM;
	}
	c->ring = s.ring;
	c->pool = pool;
	c->readable = kind->readable;
	c->ended = ended;
	pool->count++;
	pool->monitor->processes++;
	log_debug("%s %ld: started", kind->name, (long)pid);
	*ret = c;
	return 0;
}

int
pool_add(struct pool *pool, struct child **ret)
{
	int r = pool_start(pool, pool->monitor->generation, ret);

	if (r == 0 && pool->kind->started != NULL)
		r = pool->kind->started(*ret);
	return r;
}

size_t
pool_present(const struct pool *pool)
{
	const struct child *c;
	size_t n = 0;

	LIST_FOREACH (c, &pool->list, entry)
		n += !c->is_retired;
	return n;
}

size_t
pool_wanted(const struct pool *pool, const struct generation *g)
{
	const struct pool_kind *kind = pool->kind;

	return kind->wanted != NULL ? kind->wanted(g->config) : kind->count;
}

static bool
is_missing(const struct pool *pool)
{
	return !pool->is_stopping &&
	       (pool->is_short ||
		   pool_present(pool) <
		       pool_wanted(pool, pool->monitor->generation));
}

static void
wait_to_respawn(struct pool *pool)
{
	log_info("next %s in %.1f s", pool->kind->name, pool->delay);
	ev_timer_stop(pool->monitor->loop, &pool->respawn);
	ev_timer_set(&pool->respawn, pool->delay, 0);
	ev_timer_start(pool->monitor->loop, &pool->respawn);
}

/* One that is missing.  Returns as pool_fill(). */
static int
fill_one(struct pool *pool)
{
	struct child *c;
	int r = pool_add(pool, &c);

	pool->is_short = false;
	if (r < 0) {
		(void)log_errno(r, "cannot start %s", pool->kind->a_name);
		pool->delay = CHILD_DELAY_MAX;
		wait_to_respawn(pool);
	}
	return r;
}

int
pool_fill(struct pool *pool)
{
	int r = 0;

	while (r == 0 && is_missing(pool))
		r = fill_one(pool);
	return r;
}

static void
on_fill(void *owner)
{
	struct pool *pool = owner;

	if (!pool_is_waiting(pool) && is_missing(pool) && fill_one(pool) == 0 &&
	    is_missing(pool))
		chore_add(pool->monitor->loop, &pool->fill);
}

void
pool_mend(struct pool *pool)
{
	if (pool->is_stopping && LIST_EMPTY(&pool->list))
		monitor_ended(pool->monitor, pool->kind->role);
	else if (pool_is_waiting(pool) || !is_missing(pool))
		return;
	else if (pool->delay == 0 || pool->is_due)
		chore_add(pool->monitor->loop, &pool->fill);
	else
		wait_to_respawn(pool);
}

bool
pool_grow(struct pool *pool)
{
	if (pool->is_stopping || pool_is_waiting(pool))
		return false;
	pool->is_short = true;
	pool_mend(pool);
	return pool->fill.is_queued;
}

bool
pool_is_waiting(struct pool *pool)
{
	return ev_is_active(&pool->respawn);
}

static void
on_respawn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pool *pool = timer->data;

	(void)events;
	pool->is_due = true;
	chore_add(loop, &pool->fill);
}

static void
on_killer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	const struct pool *pool = timer->data;
	struct child *c;

	(void)loop;
	(void)events;
	LIST_FOREACH (c, &pool->list, entry) {
		c->is_killed = c->is_lost;
		(void)kill(c->pid, SIGKILL);
	}
}

static void
on_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	const struct pool *pool = timer->data;

	(void)loop;
	(void)events;
	pool->kind->retry(pool->monitor);
}

void
pool_retry(struct pool *pool)
{
	if (ev_is_active(&pool->retry))
		return;
	ev_timer_set(&pool->retry, RETRY_SECONDS, 0);
	ev_timer_start(pool->monitor->loop, &pool->retry);
}

void
pool_init(struct pool *pool, const struct pool_kind *kind,
    struct monitor *monitor, void *owner)
{
	*pool =
	    (struct pool){ .kind = kind, .monitor = monitor, .owner = owner };
	LIST_INIT(&pool->list);
	LIST_INIT(&pool->next);
	ev_init(&pool->respawn, on_respawn);
	ev_init(&pool->killer, on_killer);
	ev_init(&pool->retry, on_retry);
	pool->fill = (struct chore){ .run = on_fill, .owner = pool };
	monitor->pools[kind->role] = pool;
	pool->respawn.data = pool->killer.data = pool->retry.data = pool;
}

void
pool_done(struct pool *pool)
{
	while (!LIST_EMPTY(&pool->list))
		child_free(LIST_FIRST(&pool->list));
	while (!LIST_EMPTY(&pool->next))
		child_free(LIST_FIRST(&pool->next));
	pool->monitor->processes -= pool->count;
	pool->count = 0;
	chore_remove(pool->monitor->loop, &pool->fill);
	ev_timer_stop(pool->monitor->loop, &pool->respawn);
	ev_timer_stop(pool->monitor->loop, &pool->killer);
	ev_timer_stop(pool->monitor->loop, &pool->retry);
}

void
pool_lose(struct child *c)
{
	if (!c->is_lost && c->pool->kind->lost != NULL)
		c->pool->kind->lost(c);
	child_lose(c);
}

void
pool_kill(struct child *c)
{
	if (!c->is_lost) {
		(void)kill(c->pid, SIGKILL);
		c->is_killed = true;
	}
	pool_lose(c);
}

void
pool_retire(struct child *c)
{
	if (c->pool->kind->retire != NULL) {
		c->pool->kind->retire(c);
		return;
	}
	c->is_retired = true;
	if (c->tasks == 0)
		pool_kill(c);
}

void
pool_task_done(struct child *c)
{
	c->tasks--;
	if (c->is_retired && c->tasks == 0)
		pool_kill(c);
}

void
pool_stop(struct pool *pool, void (*stop)(struct child *c), uint32_t grace_ms,
    ev_tstamp patience)
{
	struct child *c;

	if (pool->is_stopping)
		return;
	pool->is_stopping = true;
	pool_abandon(pool);
	pool->grace_ms = grace_ms;
	ev_timer_stop(pool->monitor->loop, &pool->respawn);
	ev_timer_stop(pool->monitor->loop, &pool->retry);
	LIST_FOREACH (c, &pool->list, entry)
		stop(c);
	ev_timer_set(&pool->killer, patience, 0);
	ev_timer_start(pool->monitor->loop, &pool->killer);
	pool_mend(pool);
}
