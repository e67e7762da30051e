/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Shared by the files of the worker: worker.c (its loop, and messages from the
 * monitor) and host.c (messages to it).  Nothing else includes this.
 */
#ifndef HELPER_WORKER_WORKER_STATE_H
#define HELPER_WORKER_WORKER_STATE_H

#include <ev.h>
#include <sys/queue.h>

#include "helper/worker/host.h"
#include "helper/worker/session.h"

struct worker {
	struct session_host host; /* first: the host is the worker */
	int channel;
	struct ev_io watcher;
	struct ev_timer stop, grace, traffic;
	void *by_id; /* tsearch(3) tree of the sessions */
	TAILQ_HEAD(sessions, session) sessions; /* the same, for all of them */
	size_t count;
	bool is_draining;
	int status;
};

/* Without the monitor there is nothing left to do: leave the loop. */
void worker_give_up(struct worker *w);

/* 0, or -ENOMEM. */
int worker_add(struct worker *w, struct session *s);

/* NULL when it has ended. */
struct session *worker_find(struct worker *w, uint64_t id);

/* Tell the monitor that a session has ended, be it that it never began. */
void worker_tell_closed(
    struct worker *w, uint64_t session, uint64_t in, uint64_t out);

/* Tell the monitor whose bytes have become more since the last time. */
void worker_tell_traffic(struct worker *w);

#endif
