/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor hears workers' rings in each turn of the event loop, whatever the
 * turn is for, and before it does anything else.
 */
#ifndef HELPER_MONITOR_CHILDREN_HEARING_H
#define HELPER_MONITOR_CHILDREN_HEARING_H

#include <ev.h>

#include "helper/monitor/children/pool.h"

struct hearing {
	struct pool *pool;
	struct ev_check check;
	struct ev_prepare prepare;
	struct ev_timer more;
};

/* Of this pool, the workers', which is borrowed. */
void hearing_begin(struct hearing *hearing, struct pool *pool);
void hearing_end(struct hearing *hearing);

#endif
