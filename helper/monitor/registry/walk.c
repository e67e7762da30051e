/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Goes by the numbers of sessions: those that it has seen may be gone.
 */
#include <config.h>
#include "helper/monitor/registry/walk.h"

/* When others have had their turn. */
static void
arm(struct walk *walk)
{
	ev_timer_stop(walk->loop, &walk->next);
	ev_timer_set(&walk->next, 0., 0.);
	ev_timer_start(walk->loop, &walk->next);
}

static void
on_next(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct walk *walk = timer->data;

	(void)loop;
	(void)events;
	for (int i = 0; i < WALK_STEP; i++) {
		const struct session_entry *entry =
		    registry_after(walk->registry, walk->at);

		if (entry == NULL) {
			walk->ended(walk->owner, true);
			return;
		}
		walk->at = entry->session;
		if (!walk->visit(
			walk->owner, registry_find(walk->registry, walk->at))) {
			walk->ended(walk->owner, false);
			return;
		}
	}
	arm(walk);
}

void
walk_init(struct walk *walk, struct ev_loop *loop, struct registry *registry)
{
	walk->loop = loop;
	walk->registry = registry;
	ev_init(&walk->next, on_next);
	walk->next.data = walk;
}

void
walk_begin(struct walk *walk)
{
	walk->at = 0;
	arm(walk);
}

void
walk_stop(struct walk *walk)
{
	ev_timer_stop(walk->loop, &walk->next);
}

bool
walk_is_on(const struct walk *walk)
{
	/* A copy, since libev's macro drops const. */
	struct ev_timer next = walk->next;

	return ev_is_active(&next);
}
