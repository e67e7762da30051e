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
		const struct session_entry *entry =
		    registry_after(walk->registry, walk->at);

		/* The end is another chore: it may be long. */
		if (entry == NULL && i > 0)
			break;
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
