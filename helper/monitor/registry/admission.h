/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Admission of clients: a listener's limits against the sessions that are there
 * already.
 */
#ifndef HELPER_MONITOR_REGISTRY_ADMISSION_H
#define HELPER_MONITOR_REGISTRY_ADMISSION_H

#include <ev.h>

#include "helper/monitor/registry/census.h"
#include "setup/config.h"
#include "status/address.h"

enum admission {
	ADMISSION_YES,
	ADMISSION_SESSIONS,            /* max-sessions */
	ADMISSION_ADDRESS,             /* max-sessions-per-address */
	ADMISSION_NEWCOMERS,           /* max-unauthenticated */
	ADMISSION_ADDRESSES_NEWCOMERS, /* max-unauthenticated-per-address */
	ADMISSION_PENALTY,             /* penalties */
	ADMISSION_HEADER,              /* that a proxy has to send */
	ADMISSION_INTERNAL,            /* out of memory */
	ADMISSION_COUNT
};

/* The limit that refuses, as a word; "none" for ADMISSION_YES. */
const char *admission_word(enum admission admission);

/*
 * May another client from `peer` come in, or, with NULL, another one of a proxy
 * whose header is awaited?  Between the first and the last
 * number of max-unauthenticated chance decides, like sshd's MaxStartups.
 * Of penalties nothing is known here.
 */
enum admission admission_check(const struct listen_config *listen,
    const struct census *census, uint32_t listener,
    const struct stssl_address *peer);

/* The same for one who has passed the latter, and is now known to be `peer`. */
enum admission admission_check_address(const struct listen_config *listen,
    const struct census *census, uint32_t listener,
    const struct stssl_address *peer);

/*
 * Send one away: a word with the reason where the client waits for a clear
 * greeting, nothing elsewhere.  Does not wait, and leaves the socket open.
 */
void admission_refuse(
    const struct listen_config *listen, enum admission why, int fd);

/* So that a flood of clients is no flood of lines.  All zero at first. */
struct admission_log {
	ev_tstamp told;
	unsigned untold;
};

/* Log it, at most once a second, with how many were not told. */
void admission_note(struct admission_log *log, ev_tstamp now,
    const struct listen_config *listen, enum admission why,
    const struct stssl_address *peer);

#endif
