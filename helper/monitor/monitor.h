/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor role: accepts clients and gives them to workers, answers who is
 * behind a connection, supervises.  Never reads a byte from a client.
 */
#ifndef HELPER_MONITOR_MONITOR_H
#define HELPER_MONITOR_MONITOR_H

#include "helper/monitor/privileges.h"

struct generation;

/* The helper's exit statuses: stssl-helper(8). */
enum exit_status {
	STATUS_STOPPED = 0,
	STATUS_CONFIG = 1,
	STATUS_SYSTEM = 2,
};

/*
 * Run until SIGTERM or SIGINT; all is logged.  `path` is helper.conf's, for a
 * reload; `generation` is what was loaded of it, and the last one in use is
 * left in its place.  Returns an exit status.
 */
enum exit_status monitor_main(const char *path, struct generation *generation,
    const struct privileges *privileges);

#endif
