/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Puts a new generation into the place of the old one, in steps: each is a
 * chore, so that nobody waits for all of them.  Its processes are
 * started before it counts, and then all at once changes.
 */
#ifndef HELPER_MONITOR_RENEWAL_H
#define HELPER_MONITOR_RENEWAL_H

#include "helper/monitor/chore.h"
#include "helper/monitor/wiring.h"

struct renewal {
	struct monitor *monitor;
	const char *path; /* of helper.conf */
	/* How it ended: with 0, or a negative errno and why. */
	void (*ended)(void *owner, int result, const struct stssl_error *error);
	void *owner;

	unsigned step, part;
	bool is_on;
	bool is_late; /* the keys are not loaded by now */
	struct generation next, old;
	struct chore go;
	struct ev_timer patience;
};

/* Nothing begins.  Fields in front are set already. */
void renewal_init(struct renewal *renewal);

/* Not while one is on its way. */
void renewal_begin(struct renewal *renewal);

/* What it waited for has happened. */
void renewal_go_on(struct renewal *renewal);

/* End its processes: nothing comes of it. */
void renewal_stop(struct renewal *renewal);

/* Forget it; its processes are left alone. */
void renewal_done(struct renewal *renewal);

#endif
