/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's malloc(3).  glibc's puts small pieces aside when they are
 * freed, and joins all of them at once in a later call: after a crash of a
 * worker with thousands of sessions that takes milliseconds, and many more
 * after a fork(2), as it writes to most pages.
 */
#ifndef HELPER_MONITOR_HEAP_H
#define HELPER_MONITOR_HEAP_H

/* From now on each piece is joined with its neighbours when it is freed. */
void heap_join_early(void);

/* As it is at first, in a new process of another role. */
void heap_join_late(void);

#endif
