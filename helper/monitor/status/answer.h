/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The answering side of stssl-status(7): one question, one answer, close.
 */
#ifndef HELPER_MONITOR_STATUS_ANSWER_H
#define HELPER_MONITOR_STATUS_ANSWER_H

#include <stddef.h>
#include <sys/types.h>

#include "helper/monitor/wiring.h"

struct answers;

/*
 * `fd`, a listening SOCK_SEQPACKET socket, is taken over; `users`, which are
 * borrowed, may query, besides root and ourselves.  NULL when out of memory;
 * `fd` is the caller's then.
 */
struct answers *answers_new(
    struct monitor *monitor, int fd, const uid_t *users, size_t user_count);

/* Close all.  Takes NULL.  Returns NULL. */
struct answers *answers_free(struct answers *answers);

#endif
