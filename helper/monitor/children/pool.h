/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Supervision, the same for all processes that the monitor starts.  A pool has
 * the processes of one role: as many as are wanted are started from the
 * generation in use; those that end are replaced, ever more slowly when they
 * end at once; a reload retires them, and each ends when it has done what it
 * had to do; a stop ends them all.
 *
 * To add a role:
 *   - its main function, in a folder of its own beside helper/worker/, with a
 *     sandbox in helper/base/sandbox.c, entered first of all;
 *   - its messages, and itself as a sender, in helper/base/message.h;
 *   - enum role in helper/monitor/wiring.h, and what a new process keeps, a row
 *     in helper/monitor/monitor.c;
 *   - its supervisor, a file in this folder with a struct pool and a struct
 *     pool_kind: the shortest one is inquiries.c;
 *   - its start and stop in helper/monitor/monitor.c, its renewal in
 *     helper/monitor/dispatch.c.
 */
#ifndef HELPER_MONITOR_CHILDREN_POOL_H
#define HELPER_MONITOR_CHILDREN_POOL_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/monitor/children/child.h"
#include "helper/monitor/chore.h"
#include "helper/monitor/wiring.h"

/* In what roles differ.  NULL callbacks are not called. */
struct pool_kind {
	enum role role;
	const char *name;   /* "advisor": for the log, and the new process */
	const char *a_name; /* "an advisor" */
	bool has_ring;      /* what it says comes by a ring, too */

	/* How many there should be, where wanted() does not say. */
	size_t count;
	size_t (*wanted)(const struct helper_config *config);
	/*
	 * In the new process, before it forgets: keep what it needs of the rest
	 * of the monitor.
	 */
	void (*gather)(const struct pool *pool);
	/* The role itself.  Returns the exit status. */
	int (*run)(const struct generation *g, int channel, struct ring *ring);

	/* One of those that are wanted is there.  Returns 0 or -errno. */
	int (*started)(struct child *c);
	/* It has said something, or its channel has ended. */
	void (*readable)(struct child *c);
	/*
	 * Once, before its channel is closed: what it has to do, others have
	 * to do or nobody.
	 */
	void (*lost)(struct child *c);
	/*
	 * Its process is reaped; maybe it is lost by now.  One that has done
	 * what it was for is retired here, if it is not so already.
	 */
	void (*ended)(struct child *c);
	/*
	 * Have it end by itself, and set is_retired.  NULL: it is killed as
	 * soon as it has nothing left to do.
	 */
	void (*retire)(struct child *c);
	/* pool_retry(): do what could not be done a moment ago. */
	void (*retry)(struct monitor *monitor);
};

struct pool {
	const struct pool_kind *kind;
	struct monitor *monitor;
	void *owner; /* whose pool it is */
	struct children list;
	size_t count;         /* of processes, lost and retired ones too */
	struct children next; /* of the next generation, and not in use yet */
	size_t prepared;      /* how many were started of these */
	bool is_stopping;
	bool is_untidy;    /* for the owner: something has changed */
	bool is_short;     /* one more is to be started than are wanted */
	uint32_t grace_ms; /* for their tasks; 0 until the pool stops */
	ev_tstamp delay;   /* before the next start; 0 after a good one */
	bool is_due;       /* that time is over, and none has ended since */
	struct ev_timer respawn, killer, retry;
	struct chore fill; /* starts one that is missing */
};

/* No process yet. */
void pool_init(struct pool *pool, const struct pool_kind *kind,
    struct monitor *monitor, void *owner);

/* Forget all processes, and leave them alone. */
void pool_done(struct pool *pool);

/*
 * Start a process from `g`, whether one is missing or not.  Returns 0 and *ret,
 * or what fork(2) says.
 */
int pool_start(struct pool *pool, struct generation *g, struct child **ret);

/* Start one of those that are wanted: the same, with kind->started(). */
int pool_add(struct pool *pool, struct child **ret);

/* How many there should be, with `g` in use. */
size_t pool_wanted(const struct pool *pool, const struct generation *g);

/*
 * Start all that are missing, one after the other: before the event loop runs.
 * Returns 0; or why one could not be started, which is logged.
 */
int pool_fill(struct pool *pool);

/*
 * The same, but one in each chore, from now on or when the time for it has
 * come; not while it stops.
 */
void pool_mend(struct pool *pool);

/*
 * One more than there are, as soon as a chore can start it.  Returns true when
 * that is its turn; false when the next start has to be waited for, or none
 * will be.
 */
bool pool_grow(struct pool *pool);

/*
 * How many are there without those that are retired.  Lost ones count until
 * they are reaped.
 */
size_t pool_present(const struct pool *pool);

/* True while a start is waited for. */
bool pool_is_waiting(struct pool *pool);

/* Have kind->retry() called in a moment, unless the pool stops by then. */
void pool_retry(struct pool *pool);

/* Nothing that it says counts any more; it may end by itself. */
void pool_lose(struct child *c);

/* The same, and end its process. */
void pool_kill(struct child *c);

/* It is not wanted any more: see kind->retire(). */
void pool_retire(struct child *c);

/* It has done one of its tasks. */
void pool_task_done(struct child *c);

/*
 * Before a reload: start a process from the next generation, to be used by
 * pool_renew(), as long as one is missing.  Returns 1; 0 when all were started;
 * or what pool_start() says.
 */
int pool_prepare(struct pool *pool, struct generation *next);

/* End those that were prepared. */
void pool_abandon(struct pool *pool);

/* The same for one of all pools, and for all of them. */
int pools_prepare(struct monitor *m, struct generation *next);
void pools_abandon(struct monitor *m);

/* At the start: pool_fill() for all, until one cannot be filled. */
int pools_fill(struct monitor *m);

/*
 * At a reload: retire all, and use those that were prepared; pool_mend() starts
 * from the new generation what is missing.
 */
void pool_renew(struct pool *pool);

/*
 * Have all end, each by `stop`, which finds `grace_ms` in the pool; any that is
 * still there after `patience` seconds is killed.  monitor_ended() is called
 * when none is left, maybe at once.  Does nothing the second time.
 */
void pool_stop(struct pool *pool, void (*stop)(struct child *c),
    uint32_t grace_ms, ev_tstamp patience);

#endif
