/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Processes of the next generation: they are started, one by one, before it
 * counts.
 */
#include <config.h>
#include "helper/monitor/children/pool.h"

int
pool_prepare(struct pool *pool, struct generation *next)
{
	struct child *c;
	int r;

	if (pool->prepared >= pool_wanted(pool, next))
		return 0;
	r = pool_start(pool, next, &c);
	if (r < 0)
		return r;
	LIST_REMOVE(c, entry);
	LIST_INSERT_HEAD(&pool->next, c, entry);
	pool->prepared++;
	return 1;
}

void
pool_abandon(struct pool *pool)
{
	struct child *c;

	LIST_FOREACH (c, &pool->next, entry) {
		c->is_retired = true;
		pool_kill(c);
	}
	pool->prepared = 0;
}

int
pools_prepare(struct monitor *m, struct generation *next)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ROLE_COUNT; i++)
		r = pool_prepare(m->pools[i], next);
	return r;
}

void
pools_abandon(struct monitor *m)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		pool_abandon(m->pools[i]);
}

int
pools_fill(struct monitor *m)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ROLE_COUNT; i++)
		r = pool_fill(m->pools[i]);
	return r;
}

/* One that was started and is wanted now. */
static void
adopt(struct pool *pool, struct child *c)
{
	LIST_REMOVE(c, entry);
	LIST_INSERT_HEAD(&pool->list, c, entry);
	if (!c->is_lost && pool->kind->started != NULL &&
	    pool->kind->started(c) < 0)
		pool_kill(c);
}

void
pool_renew(struct pool *pool)
{
	struct child *c, *next;

	LIST_FOREACH (c, &pool->list, entry)
		if (!c->is_lost && !c->is_retired)
			pool_retire(c);
	for (c = LIST_FIRST(&pool->next); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		/* Those that were abandoned are still to be reaped. */
		if (!c->is_retired)
			adopt(pool, c);
	}
	pool->prepared = 0;
	/* At once, also where the next start was waited for. */
	ev_timer_stop(pool->monitor->loop, &pool->respawn);
	pool->delay = 0;
	pool_mend(pool);
}
