/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One worker, as the monitor supervises it; workers.h has all of them.
 */
#ifndef HELPER_MONITOR_CHILDREN_WORKER_PROCESS_H
#define HELPER_MONITOR_CHILDREN_WORKER_PROCESS_H

#include "helper/monitor/children/pool.h"

/* Its pool is untidy when a session has ended, or a worker is lost. */
extern const struct pool_kind worker_kind;

/* Take in all that workers have said until now: see workers_drain(). */
void worker_drain_all(struct pool *pool);

/*
 * The same, or `most` messages of each unless it is 0, without a look whether
 * they are still there; child.has_more tells whether that was all.
 */
void worker_hear_all(struct pool *pool, unsigned most);

/* Give its line to the keyholder, unless the keyholder has it. */
void worker_connect(struct child *c);

/* Give it a line to the verifier, unless it has one. */
void worker_introduce(struct child *c);

/*
 * Its end is the doing of the one source that all its clients come from: for a
 * worker that is lost.
 */
void worker_blame(struct child *c);

/* Ask it to end within pool->grace_ms; kill it when it cannot be asked. */
void worker_stop(struct child *c);

#endif
