/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ways by which the lines of other processes come to the monitor, which
 * writes them to syslog: one for each process, so that none of them can stop,
 * fill or forge the way of another.
 */
#ifndef HELPER_MONITOR_CHILDREN_LOGLINES_H
#define HELPER_MONITOR_CHILDREN_LOGLINES_H

#include <ev.h>
#include <sys/types.h>

/*
 * Make a way for a process that is about to be forked: ret[0] is the monitor's
 * end, ret[1] the other's, for log_through().  Both are -1 where each process
 * writes for itself.  Returns 0 or -errno.
 */
int loglines_open(int ret[static 2]);

/*
 * Write what comes by `fd`, which is taken over, as lines of this process,
 * until it has ended.  `role` has to stay.  -1 is no way.
 */
void loglines_add(struct ev_loop *loop, const char *role, pid_t pid, int fd);

/* Write what is there now.  Never waits. */
void loglines_drain(void);

/* Close the ends of all: in a new process, or at the end. */
void loglines_forget(void);

#endif
