/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of the registry have in common.
 */
#ifndef HELPER_MONITOR_REGISTRY_REGISTRY_INSIDE_H
#define HELPER_MONITOR_REGISTRY_REGISTRY_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "helper/monitor/registry/census.h"
#include "helper/monitor/registry/metrics.h"

struct session_entry;
struct session_owner;
struct sources;

LIST_HEAD(owner_list, session_owner);

struct registry {
	void *by_session;
	void *by_connection;
	void *by_owner; /* without those that are gone */
	struct owner_list owners, gone;
	void *waiting; /* by session: RECORD_WAITING, which is rare */
	struct census census;
	struct metrics metrics;
	struct sources *sources;
};

/* For tsearch(3). */
int registry_compare_sessions(const void *a, const void *b);
int registry_compare_connections(const void *a, const void *b);

/* Of what tsearch() and tfind() return, a pointer to our pointer, or NULL. */
struct session_entry *registry_entry_of(void *node);

/* Its owner is gone: it waits to be swept. */
bool registry_is_gone(const struct session_entry *entry);

/* An owner has an entry from its first session on; NULL when out of memory. */
struct session_owner *registry_get_owner(
    struct registry *registry, const void *owner);

/* To be called when it may have no session any more. */
void registry_put_owner(struct registry *registry, struct session_owner *of);

#endif
