/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ends sessions whose certificate is not good any more: it has expired, or a
 * new revocation list names it.  Expiry is seen from the record; lists are
 * asked by a process of its own, which is started for it and reads what
 * clients have sent in the monitor's place.  So are sessions that a worker with
 * an older generation's lists has let in since.  A session counts as looked at
 * when the process has said what it found; the one that it crashes over is
 * ended, since nobody knows whether its certificate is good.
 */
#ifndef HELPER_MONITOR_CHILDREN_REVIEW_H
#define HELPER_MONITOR_CHILDREN_REVIEW_H

#include <ev.h>
#include <stdbool.h>
#include <time.h>

#include "helper/monitor/registry/registry.h"
#include "setup/config.h"
#include "status/record.h"

struct review;
struct x509_store;

struct review_params {
	struct ev_loop *loop; /* the default one: it waits for children */
	struct registry *registry;
	/* Seconds between two looks at the clock, and at who is unreviewed. */
	ev_tstamp every;
	/* As in helper/monitor/children/workers.h, with review_free(); the store stays. */
	void (*forget)(void *owner);
	/* x509_verify_again(), but in tests. */
	enum stssl_failure (*verify)(
	    const struct x509_store *store, const char *pem, time_t now);
	/* The session's worker has to end it.  0, or -errno: try again. */
	int (*end)(void *owner, const struct session_entry *entry);
	/* The process is gone after review_stop(). */
	void (*stopped)(void *owner);
	void *owner;
};

/* NULL when out of memory. */
struct review *review_new(const struct review_params *params);

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

/* True when there is no process. */
bool review_is_gone(const struct review *review);

#endif
