/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The answers of stssl-status(7) for administrators: sessions, each with its
 * record, the verdict and its age; counters; and sources with a penalty.
 */
#ifndef HELPER_MONITOR_STATUS_LISTING_H
#define HELPER_MONITOR_STATUS_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "helper/monitor/status/request.h"
#include "helper/monitor/wiring.h"
#include "status/record.h"

/*
 * Write what is known of the session with the lowest number above *session, but
 * for its certificate and what does not fit.  *session becomes its number, or 0
 * behind the last.  Returns the length.
 */
size_t listing_session(const struct monitor *m, uint64_t *session,
    char buf[static STSSL_RECORD_MAX]);

/*
 * All counters.  Returns their text, to be freed, and *ret_len; NULL when out
 * of memory.
 */
char *listing_metrics(const struct monitor *m, size_t *ret_len);

/* Bytes of that text in one packet. */
#define LISTING_PART_MAX (STSSL_RECORD_MAX - 256)

/*
 * Write a packet with the first bytes, LISTING_PART_MAX or all `len` of them,
 * of what there is to be told yet.  Returns its length.
 */
size_t listing_part(
    const char *text, size_t len, char buf[static STSSL_RECORD_MAX]);

/*
 * Write the sources with a penalty behind an address, or from the first one for
 * NULL: as many as fit.  Returns the length.
 */
size_t listing_penalties(const struct monitor *m,
    const struct stssl_address *after, char buf[static STSSL_RECORD_MAX]);

#endif
