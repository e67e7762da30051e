/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The records that workers publish for their sessions, and withdraw.
 */
#ifndef HELPER_MONITOR_REGISTRY_WORKER_RECORD_H
#define HELPER_MONITOR_REGISTRY_WORKER_RECORD_H

#include "helper/monitor/registry/worker_sessions.h"

/*
 * MESSAGE_PUBLISH, the record in `text`, and MESSAGE_WITHDRAW.  Return 0; or
 * -EBADMSG for what no worker in its senses says.
 */
int worker_record_publish(
    struct worker_channel *in, const struct message *m, const char *text);
int worker_record_withdraw(
    struct worker_channel *in, const struct message *m, const char *text);

#endif
