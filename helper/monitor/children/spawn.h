/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Starts a process of the helper with a channel to it.
 */
#ifndef HELPER_MONITOR_CHILDREN_SPAWN_H
#define HELPER_MONITOR_CHILDREN_SPAWN_H

#include <ev.h>
#include <sys/types.h>

/*
 * Fork.  In the child `forget` closes and frees all that the child must not
 * have, signals are put in order, it logs as `role`, a literal, and it exits
 * with what `run` returns; both get `arg`.  In the parent its lines are written
 * from `loop`, where there is a syslog, and *ret_channel is its end, which does not block;
 * the child's waits SO_SNDTIMEO when it is full.  Returns the process id or
 * -errno.
 */
pid_t spawn(struct ev_loop *loop, const char *role, void (*forget)(void *arg),
    int (*run)(void *arg, int channel), void *arg, int *ret_channel);

#endif
