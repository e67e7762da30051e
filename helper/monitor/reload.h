/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Notices that certificates, CAs or revocation lists have changed, and loads
 * the next generation: then, and when told to.
 */
#ifndef HELPER_MONITOR_RELOAD_H
#define HELPER_MONITOR_RELOAD_H

#include <ev.h>

#include "helper/monitor/generation.h"

struct reload;

struct reload_params {
	struct ev_loop *loop;
	const char *path;              /* of helper.conf */
	struct generation *generation; /* the one in use */
	/*
	 * Have its keys loaded; the last that can go wrong.  Returns 0, or a
	 * negative errno and what is wrong.
	 */
	int (*load_keys)(void *owner, const struct helper_config *config,
	    struct stssl_error *error);
	/*
	 * A new one is in use.  The old one is freed when this returns.
	 */
	void (*changed)(void *owner);
	void *owner;
};

/* Begins to watch the files.  NULL when out of memory. */
struct reload *reload_new(const struct reload_params *params);

/* Takes NULL.  Returns NULL. */
struct reload *reload_free(struct reload *r);

/*
 * Put a new generation into the place of the old one, if the new one is good;
 * else the old one stays.  Logs which.  Returns 0, or a negative errno and what
 * is wrong.
 */
int reload_now(struct reload *r, struct stssl_error *error);

#endif
