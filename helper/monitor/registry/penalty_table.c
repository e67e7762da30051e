/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A search tree by address and a binary heap by time over the same entries.
 */
#include <config.h>
#include "helper/monitor/registry/penalty_table.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "helper/monitor/registry/tree.h"

#define ROOM_MIN 64

static int
compare(const void *a, const void *b)
{
	const struct penalty_entry *x = a, *y = b;

	return memcmp(x->ip, y->ip, sizeof x->ip);
}

/* The heap */

static void
put(struct penalty_table *table, size_t place, struct penalty_entry *s)
{
	table->heap[place] = s;
	s->place = place;
}

static void
rise(struct penalty_table *table, struct penalty_entry *s)
{
	size_t at = s->place;

	while (at > 0 && table->heap[(at - 1) / 2]->until_ms > s->until_ms) {
		put(table, at, table->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(table, at, s);
}

static void
sink(struct penalty_table *table, struct penalty_entry *s)
{
	size_t at = s->place, child;

	while ((child = 2 * at + 1) < table->count) {
		if (child + 1 < table->count &&
		    table->heap[child + 1]->until_ms <
			table->heap[child]->until_ms)
			child++;
		if (table->heap[child]->until_ms >= s->until_ms)
			break;
		put(table, at, table->heap[child]);
		at = child;
	}
	put(table, at, s);
}

static bool
make_room(struct penalty_table *table)
{
	size_t room = table->room == 0 ? ROOM_MIN : 2 * table->room;
	struct penalty_entry **heap;

	if (table->count < table->room)
		return true;
	heap = realloc(table->heap, room * sizeof *heap);
	if (heap == NULL)
		return false;
	table->heap = heap;
	table->room = room;
	return true;
}

void
penalty_table_done(struct penalty_table *table)
{
	tdestroy(table->tree, free);
	free(table->heap);
	*table = (struct penalty_table){ NULL, NULL, 0, 0 };
}

struct penalty_entry *
penalty_table_find(
    const struct penalty_table *table, const uint8_t ip[static 16])
{
	struct penalty_entry key;
	void *node;

	memcpy(key.ip, ip, sizeof key.ip);
	node = tfind(&key, &table->tree, compare);
	return node == NULL ? NULL : *(struct penalty_entry **)node;
}

struct penalty_entry *
penalty_table_add(
    struct penalty_table *table, const uint8_t ip[static 16], int64_t until_ms)
{
	struct penalty_entry *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	memcpy(s->ip, ip, sizeof s->ip);
	s->until_ms = until_ms;
	if (!make_room(table) || tsearch(s, &table->tree, compare) == NULL) {
		free(s);
		return NULL;
	}
	put(table, table->count++, s);
	rise(table, s);
	return s;
}

void
penalty_table_move(
    struct penalty_table *table, struct penalty_entry *entry, int64_t until_ms)
{
	entry->until_ms = until_ms;
	rise(table, entry);
	sink(table, entry);
}

struct penalty_entry *
penalty_table_first(const struct penalty_table *table)
{
	return table->count == 0 ? NULL : table->heap[0];
}

const struct penalty_entry *
penalty_table_after(const struct penalty_table *table, const uint8_t *ip)
{
	struct penalty_entry key;

	if (ip != NULL)
		memcpy(key.ip, ip, sizeof key.ip);
	return tree_after(&table->tree, ip == NULL ? NULL : &key, compare);
}

void
penalty_table_remove(struct penalty_table *table, struct penalty_entry *entry)
{
	struct penalty_entry *last = table->heap[--table->count];

	(void)tdelete(entry, &table->tree, compare);
	if (last != entry) {
		put(table, entry->place, last);
		rise(table, last);
		sink(table, last);
	}
	free(entry);
}
