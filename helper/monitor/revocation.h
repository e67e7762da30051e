/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tells the log when revocation lists run out, in good time; expiry.c says when.
 */
#ifndef HELPER_MONITOR_REVOCATION_H
#define HELPER_MONITOR_REVOCATION_H

#include <time.h>

struct x509_store;

/*
 * Of each list whose state has changed since `since` (0: always) until `now`,
 * and that is out of date or will soon be, say so: an error when certificates
 * are refused for it, else a warning.  Soon is seven days before, or when half
 * of the list's time is over, should that be later.
 */
void revocation_log(const struct x509_store *store, time_t since, time_t now);

/* The next time after `now` that revocation_log() has something to say; 0. */
time_t revocation_next(const struct x509_store *store, time_t now);

#endif
