/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks up the names in passive-address, again and again, in a thread of its
 * own: getaddrinfo(3) blocks for as long as DNS likes, and nothing else of the
 * process waits for it.
 */
#ifndef HELPER_INQUIRER_RESOLVER_H
#define HELPER_INQUIRER_RESOLVER_H

#include <ev.h>

#include "setup/config.h"

/* One listener's name. */
struct resolver_name {
	struct stssl_address known; /* what it stood for last */
	bool has_failed;            /* since then */
};

/* All zero: never started. */
struct resolver {
	struct ev_loop *loop;
	const struct helper_config *config;
	struct ev_io io;
	struct resolver_name *names; /* one for each listener */
	void (*resolved)(void *owner, uint32_t listener,
	    const struct stssl_address *address);
	void *owner;
};

/*
 * Look up, say by `resolved` what has changed, rest for a minute; from now on.
 * Without names nothing is started.  Names that cannot be looked up keep the
 * address they had, which is logged once.  The thread has the rights that the
 * process has now: enter the sandbox before.  Returns 0 or -errno.
 */
int resolver_start(struct resolver *resolver, struct ev_loop *loop,
    const struct helper_config *config,
    void (*resolved)(
	void *owner, uint32_t listener, const struct stssl_address *address),
    void *owner);

/*
 * Say nothing any more.  The thread, which may hang, goes on until the process
 * ends; so `config` must last as long.
 */
void resolver_done(struct resolver *resolver);

#endif
