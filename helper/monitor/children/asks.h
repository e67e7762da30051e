/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The questions of workers that are not answered yet, in the order in which
 * they came, each with its deadline and with the source that it is asked for.
 */
#ifndef HELPER_MONITOR_CHILDREN_ASKS_H
#define HELPER_MONITOR_CHILDREN_ASKS_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/message.h"

struct asks;
struct child;

/* Where questions come from; shared by all that do, gone with the last one. */
struct asking {
	uint8_t ip[16]; /* as client_source() makes it */
	size_t waiting, running;
};

struct pending {
	struct asks *asks;
	struct asking *source;
	struct stssl_address peer; /* whose question it is */
	struct message_ask ask;
	const void *worker;    /* who asks, only compared; NULL: no longer */
	struct child *advisor; /* NULL while it waits; asks_start() */
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
    const struct stssl_address *peer, const struct message_ask *ask,
    ev_tstamp patience);

/* This advisor has it from now on. */
void asks_start(struct pending *p, struct child *advisor);

void asks_remove(struct pending *p);

/*
 * The one whose turn it is: of those that wait, the first one of the source
 * that has the fewest with advisors.  A source that has `share` of them has to
 * wait until one is answered.  NULL: none.
 */
struct pending *asks_next(const struct asks *asks, size_t share);

/* The last one of the source that has the most waiting.  NULL: none waits. */
struct pending *asks_least(const struct asks *asks);

/* The one that an advisor has.  NULL: none. */
struct pending *asks_find_advisor(
    const struct asks *asks, const struct child *advisor);

/* The one whose answer a session waits for.  NULL: none. */
struct pending *asks_find_session(const struct asks *asks, uint64_t session);

#endif
