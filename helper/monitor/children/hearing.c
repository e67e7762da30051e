/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A worker that says much, or has been taken over, gets no more than a part of
 * each turn: the rest waits for the next one, and so do no others.
 */
#include <config.h>
#include "helper/monitor/children/hearing.h"

#include "helper/monitor/children/worker_process.h"
#include "helper/monitor/registry/walk.h"

static void
on_check(struct ev_loop *loop, struct ev_check *check, int events)
{
	const struct hearing *hearing = check->data;

	(void)loop;
	(void)events;
	worker_hear_all(hearing->pool, WALK_STEP);
}

/* A turn without an event, where something is left from this one. */
static void
on_prepare(struct ev_loop *loop, struct ev_prepare *prepare, int events)
{
	struct hearing *hearing = prepare->data;
	const struct child *c;

	(void)events;
	LIST_FOREACH (c, &hearing->pool->list, entry)
		if (c->has_more && !c->is_lost)
			ev_timer_start(loop, &hearing->more);
}

/* That there is a next turn is all that is needed. */
static void
on_more(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

void
hearing_begin(struct hearing *hearing, struct pool *pool)
{
	struct ev_loop *loop = pool->monitor->loop;

	hearing->pool = pool;
	ev_check_init(&hearing->check, on_check);
	ev_set_priority(&hearing->check, EV_MAXPRI);
	ev_prepare_init(&hearing->prepare, on_prepare);
	ev_timer_init(&hearing->more, on_more, 0., 0.);
	hearing->check.data = hearing->prepare.data = hearing;
	ev_check_start(loop, &hearing->check);
	ev_prepare_start(loop, &hearing->prepare);
}

void
hearing_end(struct hearing *hearing)
{
	struct ev_loop *loop = hearing->pool->monitor->loop;

	ev_check_stop(loop, &hearing->check);
	ev_prepare_stop(loop, &hearing->prepare);
	ev_timer_stop(loop, &hearing->more);
}
