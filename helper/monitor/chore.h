/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Work of the monitor that takes long: a fork(2), some steps of a walk over all
 * sessions, a part of a reload.  It is queued, and each turn of the event loop
 * does one piece of it.
 */
#ifndef HELPER_MONITOR_CHORE_H
#define HELPER_MONITOR_CHORE_H

#include <ev.h>
#include <stdbool.h>
#include <sys/queue.h>

struct chore {
	/* It is not queued any more by then, and may be again. */
	void (*run)(void *owner);
	void *owner;
	bool is_urgent; /* before all others, until it is done */

	bool is_queued;
	TAILQ_ENTRY(chore) entry;
};

/*
 * Behind all others, unless it is urgent; not before the loop's next turn.
 * Does nothing when it is queued already.  `loop` is the same for all.
 */
void chore_add(struct ev_loop *loop, struct chore *chore);

/*
 * May the one that runs take another small step?  It had less than half a
 * millisecond by now.
 */
bool chore_has_time(void);

/* Before it is freed; does nothing when it is not queued. */
void chore_remove(struct ev_loop *loop, struct chore *chore);

#endif
