/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The answering side of stssl-status(7): one question, one answer, close; after
 * a query there may be one more.
 */
#ifndef HELPER_MONITOR_STATUS_ANSWER_H
#define HELPER_MONITOR_STATUS_ANSWER_H

#include "helper/monitor/privileges.h"
#include "helper/monitor/wiring.h"

struct answers;

/*
 * `fd`, a listening SOCK_SEQPACKET socket, is taken over.  The users of
 * `rights`, which is borrowed, may ask, besides root and ourselves: status
 * users for everything that is known, the backend-user of a listener who is
 * behind a connection of its sessions, and he may report verdicts for these.
 * NULL when out of memory; `fd` is the caller's then.
 */
struct answers *answers_new(
    struct monitor *monitor, int fd, const struct privileges *rights);

/* Close all.  Takes NULL.  Returns NULL. */
struct answers *answers_free(struct answers *answers);

#endif
