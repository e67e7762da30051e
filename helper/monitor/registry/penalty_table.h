/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where clients come from that have a penalty: found by address, in order of
 * address, and by whose penalty ends first.  Everything here costs the
 * logarithm of how many there are.
 */
#ifndef HELPER_MONITOR_REGISTRY_PENALTY_TABLE_H
#define HELPER_MONITOR_REGISTRY_PENALTY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/penalties.h"

/* Fields are for reading, but for the events and what was told. */
struct penalty_entry {
	uint8_t ip[16];   /* as client_source() makes it */
	int64_t until_ms; /* when its penalty ends */
	uint32_t events[PENALTY_COUNT];
	bool is_told; /* that it is refused */
	size_t place; /* in the heap */
};

/* All zero is empty. */
struct penalty_table {
	void *tree;
	struct penalty_entry **heap; /* the first ends first */
	size_t count, room;
};

/* Forget all. */
void penalty_table_done(struct penalty_table *table);

/* NULL when it is not there. */
struct penalty_entry *penalty_table_find(
    const struct penalty_table *table, const uint8_t ip[static 16]);

/* One that is not there yet; NULL when out of memory. */
struct penalty_entry *penalty_table_add(
    struct penalty_table *table, const uint8_t ip[static 16], int64_t until_ms);

/* Its penalty ends at another time. */
void penalty_table_move(
    struct penalty_table *table, struct penalty_entry *entry, int64_t until_ms);

/* The one whose penalty ends first; NULL when there is none. */
struct penalty_entry *penalty_table_first(const struct penalty_table *table);

/* The one with the next address; the lowest for NULL; NULL behind the last. */
const struct penalty_entry *penalty_table_after(
    const struct penalty_table *table, const uint8_t *ip);

void penalty_table_remove(
    struct penalty_table *table, struct penalty_entry *entry);

#endif
