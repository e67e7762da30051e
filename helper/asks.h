/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The questions of workers that are not answered yet, in the order in which
 * they came, each with its deadline.
 */
#ifndef HELPER_ASKS_H
#define HELPER_ASKS_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/message.h"

struct asks;
struct child;

struct pending {
	struct asks *asks;
	struct message_ask ask;
	const void *worker;    /* who asks, only compared; NULL: no longer */
	struct child *advisor; /* NULL while it waits */
	struct ev_timer deadline;
	struct pending *prev, *next;
};

/* Set loop, expired and owner; the rest is 0 at first. */
struct asks {
	struct ev_loop *loop;
	/* At the deadline of one, which is still in the list. */
	void (*expired)(struct pending *p);
	void *owner;
	struct pending *first, *last;
	size_t count;
};

/* A new one, last, for `patience` seconds.  NULL when out of memory. */
struct pending *asks_add(struct asks *asks, const void *worker,
    const struct message_ask *ask, ev_tstamp patience);

void asks_remove(struct pending *p);

/* The one that an advisor has; the first that waits, for NULL.  NULL: none. */
struct pending *asks_find_advisor(
    const struct asks *asks, const struct child *advisor);

/* The one whose answer a session waits for.  NULL: none. */
struct pending *asks_find_session(const struct asks *asks, uint64_t session);

#endif
