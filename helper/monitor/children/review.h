/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ends sessions whose certificate is not good any more: it has expired, or a
 * new revocation list names it.  Expiry is seen from the record; lists are
 * asked by a process of its own, which is started for it and reads what
 * clients have sent in the monitor's place.  So are sessions that a worker with
 * an older generation's lists has let in since.  A session counts as looked at
 * when the process has said what it found; the one that it crashes over is
 * ended, since nobody knows whether its certificate is good.
 *
 * However many sessions there are, one turn of the event loop is for WALK_STEP
 * of them at most (walk.h).
 */
#ifndef HELPER_MONITOR_CHILDREN_REVIEW_H
#define HELPER_MONITOR_CHILDREN_REVIEW_H

#include <ev.h>

#include "helper/monitor/wiring.h"
#include "setup/config.h"

struct review;
struct x509_store;

/*
 * `every`: seconds between two looks at the clock, and at sessions that are not
 * reviewed yet.  NULL when out of memory.
 */
struct review *review_new(struct monitor *monitor, ev_tstamp every);

/* Takes NULL.  Returns NULL.  The process is left alone. */
struct review *review_free(struct review *review);

/*
 * From now on this store counts, NULL for none: all sessions are looked at
 * again.  With ON_REVOCATION_LOG they are told of and go on.
 */
void review_begin(struct review *review, const struct x509_store *store,
    enum on_revocation on_revocation);

/* Look no more. */
void review_stop(struct review *review);

#endif
