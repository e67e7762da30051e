/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where clients come from that have a penalty: found by address, in order of
 * address, and by whose penalty ends first.  Everything here costs the
 * logarithm of how many there are.
 */
#ifndef HELPER_MONITOR_REGISTRY_SOURCES_H
#define HELPER_MONITOR_REGISTRY_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/penalties.h"

/* Fields are for reading, but for the events and what was told. */
struct source {
	uint8_t ip[16];   /* as client_source() makes it */
	int64_t until_ms; /* when its penalty ends */
	uint32_t events[PENALTY_COUNT];
	bool is_told; /* that it is refused */
	size_t place; /* in the heap */
};

/* All zero is empty. */
struct sources {
	void *tree;
	struct source **heap; /* the first ends first */
	size_t count, room;
};

/* Forget all. */
void sources_done(struct sources *sources);

/* NULL when it is not there. */
struct source *sources_find(
    const struct sources *sources, const uint8_t ip[static 16]);

/* One that is not there yet; NULL when out of memory. */
struct source *sources_add(
    struct sources *sources, const uint8_t ip[static 16], int64_t until_ms);

/* Its penalty ends at another time. */
void sources_move(
    struct sources *sources, struct source *source, int64_t until_ms);

/* The one whose penalty ends first; NULL when there is none. */
struct source *sources_first(const struct sources *sources);

/* The one with the next address; the lowest for NULL; NULL behind the last. */
const struct source *sources_after(
    const struct sources *sources, const uint8_t *ip);

void sources_remove(struct sources *sources, struct source *source);

#endif
