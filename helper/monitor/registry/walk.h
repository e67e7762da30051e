/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Visits all sessions, a few in each chore: however many there are, the monitor
 * does other things in between.
 */
#ifndef HELPER_MONITOR_REGISTRY_WALK_H
#define HELPER_MONITOR_REGISTRY_WALK_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/monitor/chore.h"
#include "helper/monitor/registry/registry.h"

/* Sessions in one chore, at most, with those whose owner is gone. */
#define WALK_STEP 64

struct walk {
	/* What to do; visit() may return false, which ends the walk. */
	bool (*visit)(void *owner, struct session_entry *entry);
	void (*ended)(void *owner, bool whole);
	void *owner;

	struct ev_loop *loop;
	struct registry *registry;
	uint64_t at; /* the session that was the last so far */
	struct chore next;
};

/* Both are borrowed. */
void walk_init(
    struct walk *walk, struct ev_loop *loop, struct registry *registry);

/*
 * From the first session on, also when a walk is on its way; not before the
 * event loop's next turn.  Visits each session that is there from now on until
 * ended() is called, but number 0, which nobody has.  Then ended() is told
 * whether all were visited.
 */
void walk_begin(struct walk *walk);
void walk_stop(struct walk *walk);

bool walk_is_on(const struct walk *walk);

#endif
