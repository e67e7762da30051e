/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lines of the log about logins and refusals: which user, how, and why.
 */
#ifndef HELPER_MONITOR_STATUS_AUDIT_H
#define HELPER_MONITOR_STATUS_AUDIT_H

#include "helper/base/message.h"
#include "helper/monitor/registry/registry.h"
#include "helper/monitor/status/request.h"

/*
 * Log a verdict for a session that has a record, and who reported it, unless
 * that was root.  `r` is negative when its worker could not be told.
 */
void audit_login(const struct session_entry *entry,
    const struct request *request, uid_t reporter, int r);

/*
 * Log advice to refuse `user`, whom the module will then not hear of.  Other
 * advice is not logged.
 */
void audit_advice(const struct session_entry *entry, const char *user,
    const struct message_advice *advice);

#endif
