/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's resolver: kept running while a listener has a name for its
 * passive-address, and listened to.
 */
#ifndef HELPER_MONITOR_CHILDREN_NAMES_H
#define HELPER_MONITOR_CHILDREN_NAMES_H

#include <ev.h>
#include <stdbool.h>

#include "helper/base/message.h"
#include "setup/config.h"

struct names;

struct names_params {
	struct ev_loop *loop; /* the default one: it waits for children */
	const struct helper_config *config;
	/* resolver_main(), but in tests */
	int (*run)(const struct helper_config *config, int channel);
	/* As in helper/monitor/children/workers.h, with names_free(). */
	void (*forget)(void *owner);
	/* The name of this listener stands for this address now. */
	void (*resolved)(void *owner, const struct message_resolved *resolved);
	/* It is gone after names_stop(). */
	void (*stopped)(void *owner);
	void *owner;
};

/* NULL when out of memory. */
struct names *names_new(const struct names_params *params);

/* Takes NULL.  Returns NULL.  The process is left alone. */
struct names *names_free(struct names *names);

/* Start it where there are names.  Returns 0 or what fork(2) says. */
int names_start(struct names *names);

/* From now on these names count. */
void names_renew(struct names *names, const struct helper_config *config);

/* True when there is no process. */
bool names_are_gone(const struct names *names);

/* End it; it keeps nothing that could be lost. */
void names_stop(struct names *names);

#endif
