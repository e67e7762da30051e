/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The line of the log that says who logged in, and how.
 */
#ifndef HELPER_AUDIT_H
#define HELPER_AUDIT_H

#include "helper/question.h"
#include "helper/registry.h"

/*
 * Log the verdict `q` for a session that has a record.  `r` is negative when
 * its worker could not be told.
 */
void audit_login(
    const struct session_entry *entry, const struct question *q, int r);

#endif
