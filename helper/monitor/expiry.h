/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tells the log of what the administrator has to renew, in good time:
 * certificates and revocation lists of a generation.
 */
#ifndef HELPER_MONITOR_EXPIRY_H
#define HELPER_MONITOR_EXPIRY_H

#include <ev.h>
#include <time.h>

struct generation;
struct x509_inventory;
struct x509_store;

/*
 * Log each certificate whose state has changed since `since` (0: always) until
 * `now` and that is not valid, as an error, or soon will not be, as a warning.
 * With `since` 0 chains that end early are logged, too.
 */
void expiry_log(
    const struct x509_inventory *inventory, time_t since, time_t now);

/* The next time after `now` that expiry_log() has something to say; 0. */
time_t expiry_next(const struct x509_inventory *inventory, time_t now);

/*
 * The same of revocation lists: of each that is out of date or will soon be, an
 * error when certificates are refused for it, else a warning.  Soon is seven
 * days before, or when half of the list's time is over, should that be later.
 */
void expiry_log_lists(const struct x509_store *store, time_t since, time_t now);
time_t expiry_next_list(const struct x509_store *store, time_t now);

/* All of a generation, revocation lists included: how things stand now. */
void expiry_log_all(const struct generation *generation);

/* The same by itself, as long as it is started; all zero is not started. */
struct expiry {
	struct ev_periodic due;
	const struct generation *generation; /* NULL: it is not started */
	time_t said;                         /* until when all was told */
};

/*
 * Say how things stand now, and go on watching.  What is in `generation` must
 * stay until expiry_stop().
 */
void expiry_start(struct expiry *watch, struct ev_loop *loop,
    const struct generation *generation);
void expiry_stop(struct expiry *watch, struct ev_loop *loop);

#endif
