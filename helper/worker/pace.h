/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many messages are read in a turn of the loop.  Mostly one comes at a
 * time, and to ask for another one would be a call for nothing.  When they come
 * faster, twice as many are taken in each turn as in the one before.
 */
#ifndef HELPER_WORKER_PACE_H
#define HELPER_WORKER_PACE_H

#include <stdbool.h>

/* All zero to begin with. */
struct pace {
	unsigned most;
	unsigned turn; /* the last one with messages */
	bool has_more; /* it took as many as it might */
};

/* So many may be read in the turn of that number, ev_iteration(3). */
unsigned pace_of(struct pace *p, unsigned turn);

/* So many were read. */
void pace_read(struct pace *p, unsigned count);

#endif
