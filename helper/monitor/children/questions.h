/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The questions of workers that are not answered yet, in the order in which
 * they came, each with its deadline and with the source that it is asked for.
 */
#ifndef HELPER_MONITOR_CHILDREN_QUESTIONS_H
#define HELPER_MONITOR_CHILDREN_QUESTIONS_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "helper/base/message.h"

struct child;
struct questions;

/* Where questions come from; shared by all that do, gone with the last one. */
struct asker {
	uint8_t ip[16]; /* as client_source() makes it */
	size_t waiting, running;
};

struct pending {
	struct questions *all;
	struct asker *source;
	struct stssl_address peer; /* whose question it is */
	bool is_blameless;         /* nobody is penalised for it */
	struct message_ask ask;
	const void *worker;    /* that asks, only compared; NULL: no longer */
	struct child *advisor; /* NULL while it waits; questions_start() */
	struct ev_timer deadline;
	TAILQ_ENTRY(pending) entry;
};

struct questions {
	struct ev_loop *loop;
	/* At the deadline of one, which is still in the list. */
	void (*expired)(struct pending *p);
	void *owner;
	TAILQ_HEAD(pending_questions, pending) list;
	size_t count;
};

/* No question yet. */
void questions_init(struct questions *all, struct ev_loop *loop,
    void (*expired)(struct pending *p), void *owner);

/* A new one, last, for `patience` seconds.  NULL when out of memory. */
struct pending *questions_add(struct questions *all, const void *worker,
    const struct stssl_address *peer, const struct message_ask *ask,
    ev_tstamp patience);

/* This advisor has it from now on. */
void questions_start(struct pending *p, struct child *advisor);

void questions_remove(struct pending *p);

/*
 * The one whose turn it is: of those that wait, the first one of the source
 * that has the fewest with advisors.  A source that has `share` of them has to
 * wait until one is answered.  NULL: none.
 */
struct pending *questions_next(const struct questions *all, size_t share);

/* The last one of the source that has the most waiting.  NULL: none waits. */
struct pending *questions_least(const struct questions *all);

/* The one that an advisor has.  NULL: none. */
struct pending *questions_of_advisor(
    const struct questions *all, const struct child *advisor);

/* The one whose answer a session waits for.  NULL: none. */
struct pending *questions_of_session(
    const struct questions *all, uint64_t session);

#endif
