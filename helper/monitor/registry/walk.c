/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Goes by the numbers of sessions: those that it has seen may be gone.
 */
#include <config.h>
#include "helper/monitor/registry/walk.h"

static void
go_on(void *owner)
{
	struct walk *walk = owner;

	for (int i = 0; i < WALK_STEP && (i == 0 || chore_has_time()); i++) {
		const uint64_t next =
		    registry_number_after(walk->registry, walk->at);
		struct session_entry *entry;

		/* The end is another chore: it may be long. */
		if (next == 0 && i > 0)
			break;
		if (next == 0) {
			walk->ended(walk->owner, true);
			return;
		}
		walk->at = next;
		/* Thousands in a row may be gone, which takes time, too. */
		entry = registry_find(walk->registry, next);
		if (entry != NULL && !walk->visit(walk->owner, entry)) {
			walk->ended(walk->owner, false);
			return;
		}
	}
	chore_add(walk->loop, &walk->next);
}

void
walk_init(struct walk *walk, struct ev_loop *loop, struct registry *registry)
{
	walk->loop = loop;
	walk->registry = registry;
	walk->next = (struct chore){ .run = go_on, .owner = walk };
}

void
walk_begin(struct walk *walk)
{
	walk->at = 0;
	chore_add(walk->loop, &walk->next);
}

void
walk_stop(struct walk *walk)
{
	chore_remove(walk->loop, &walk->next);
}

bool
walk_is_on(const struct walk *walk)
{
	return walk->next.is_queued;
}
