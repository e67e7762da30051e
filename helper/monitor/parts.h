/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's parts, and what ties them together.
 */
#ifndef HELPER_MONITOR_PARTS_H
#define HELPER_MONITOR_PARTS_H

#include <ev.h>

#include "helper/monitor/children/advisors.h"
#include "helper/monitor/children/inquiries.h"
#include "helper/monitor/children/keyholders.h"
#include "helper/monitor/children/review.h"
#include "helper/monitor/children/workers.h"
#include "helper/monitor/doors.h"
#include "helper/monitor/expiry.h"
#include "helper/monitor/listeners.h"
#include "helper/monitor/monitor.h"
#include "helper/monitor/registry/penalties.h"
#include "helper/monitor/registry/registry.h"
#include "helper/monitor/reload.h"
#include "helper/monitor/status/answer.h"
#include "helper/monitor/status/status_socket.h"

#define MONITOR_SIGNALS 3

struct monitor {
	const struct monitor_params *params;
	struct ev_loop *loop;
	struct listeners listeners;
	struct doors doors;
	struct status_socket status;
	struct registry *registry;
	struct penalties *penalties;
	struct keyholders *keyholders;
	struct workers *workers;
	struct advisors *advisors;
	struct inquiries *inquiries;
	struct answers *answers;
	struct reload *reload;
	struct review *review;
	struct expiry expiry;
	struct ev_signal signals[MONITOR_SIGNALS];
};

/* The configuration that is in force. */
const struct helper_config *parts_config(const struct monitor *m);

/*
 * Makes all parts from loop, registry, penalties, listeners and status, which are
 * there before; no process is started.  Returns 0, or -ENOMEM, and -errno of the
 * doors; parts_forget() takes what was built.
 */
int parts_build(struct monitor *m);

/*
 * Loads the files anew, as reload_now(); -EAGAIN when the helper stops.
 * `owner` is the monitor: this is a callback, too.
 */
int parts_reload(void *owner, struct stssl_error *error);

/*
 * Closes and frees all, the early opened keys included, and leaves what other
 * processes see alone: it is called in each new process as well.  `owner` is
 * the monitor, in whatever state of being built.
 */
void parts_forget(void *owner);

#endif
