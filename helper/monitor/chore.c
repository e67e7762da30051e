/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A queue, and a timer that goes off at once as long as there is something in
 * it.
 */
#include <config.h>
#include "helper/monitor/chore.h"

#include <stdint.h>
#include <time.h>

#define CHORE_US 500

static TAILQ_HEAD(chore_list, chore) queue = TAILQ_HEAD_INITIALIZER(queue);
static struct ev_timer turn;
static int64_t began_us; /* the chore that runs */

static int64_t
now_us(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static void on_turn(struct ev_loop *loop, struct ev_timer *timer, int events);

static void
arm(struct ev_loop *loop)
{
	/* One that has gone off, and was not heard yet, is not active. */
	if (ev_is_active(&turn) || ev_is_pending(&turn))
		return;
	ev_timer_init(&turn, on_turn, 0., 0.);
	ev_timer_start(loop, &turn);
}

static void
on_turn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct chore *first = TAILQ_FIRST(&queue);

	(void)timer;
	(void)events;
	TAILQ_REMOVE(&queue, first, entry);
	first->is_queued = false;
	if (!TAILQ_EMPTY(&queue))
		arm(loop);
	began_us = now_us();
	first->run(first->owner);
}

void
chore_add(struct ev_loop *loop, struct chore *chore)
{
	if (chore->is_queued)
		return;
	if (chore->is_urgent)
		TAILQ_INSERT_HEAD(&queue, chore, entry);
	else
		TAILQ_INSERT_TAIL(&queue, chore, entry);
	chore->is_queued = true;
	arm(loop);
}

bool
chore_has_time(void)
{
	return now_us() - began_us < CHORE_US;
}

void
chore_remove(struct ev_loop *loop, struct chore *chore)
{
	if (!chore->is_queued)
		return;
	TAILQ_REMOVE(&queue, chore, entry);
	chore->is_queued = false;
	if (TAILQ_EMPTY(&queue))
		ev_timer_stop(loop, &turn);
}
