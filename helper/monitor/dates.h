/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Times at which something is to be said, by the wall clock.
 */
#ifndef HELPER_MONITOR_DATES_H
#define HELPER_MONITOR_DATES_H

#include <stdbool.h>
#include <time.h>

/* Has it come after all was told at `since`, until `now`? */
static inline bool
date_has_come(time_t when, time_t since, time_t now)
{
	return since < when && when <= now;
}

/* Let *next be the first time after `now`; 0 is none. */
static inline void
date_take_earlier(time_t when, time_t now, time_t *next)
{
	if (when > now && (*next == 0 || when < *next))
		*next = when;
}

#endif
