/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's inquirer: kept running while helper.conf has ocsp on or a name
 * in passive-address, given the questions of workers, and listened to.  What it
 * is asked about is passed on unread.
 */
#ifndef HELPER_MONITOR_CHILDREN_INQUIRIES_H
#define HELPER_MONITOR_CHILDREN_INQUIRIES_H

#include <stddef.h>

#include "helper/monitor/wiring.h"

struct inquiries;

/* NULL when out of memory. */
struct inquiries *inquiries_new(struct monitor *monitor);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct inquiries *inquiries_free(struct inquiries *inquiries);

/*
 * From now on the generation in use counts.  A process that is there answers
 * what it has been asked, and ends.
 */
void inquiries_renew(struct inquiries *inquiries);

/*
 * Answer by monitor_checked(), once, maybe before this returns: with what the
 * inquirer says; or X509_OCSP_UNKNOWN when ocsp is off, it dies, or it does not
 * keep up.  There is no answer when the session ends before.
 */
void inquiries_ask(struct inquiries *inquiries, struct session_entry *entry,
    const void *der, size_t len);

/* End it; what it keeps can be asked again. */
void inquiries_stop(struct inquiries *inquiries);

#endif
