/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A search tree by address and a binary heap by time over the same entries.
 */
#include <config.h>
#include "helper/monitor/registry/sources.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 64

static int
compare(const void *a, const void *b)
{
	const struct source *x = a, *y = b;

	return memcmp(x->ip, y->ip, sizeof x->ip);
}

/* The heap */

static void
put(struct sources *sources, size_t place, struct source *s)
{
	sources->heap[place] = s;
	s->place = place;
}

static void
rise(struct sources *sources, struct source *s)
{
	size_t at = s->place;

	while (at > 0 && sources->heap[(at - 1) / 2]->until_ms > s->until_ms) {
		put(sources, at, sources->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(sources, at, s);
}

static void
sink(struct sources *sources, struct source *s)
{
	size_t at = s->place, child;

	while ((child = 2 * at + 1) < sources->count) {
		if (child + 1 < sources->count &&
		    sources->heap[child + 1]->until_ms <
			sources->heap[child]->until_ms)
			child++;
		if (sources->heap[child]->until_ms >= s->until_ms)
			break;
		put(sources, at, sources->heap[child]);
		at = child;
	}
	put(sources, at, s);
}

static bool
make_room(struct sources *sources)
{
	size_t room = sources->room == 0 ? ROOM_MIN : 2 * sources->room;
	struct source **heap;

	if (sources->count < sources->room)
		return true;
	heap = realloc(sources->heap, room * sizeof *heap);
	if (heap == NULL)
		return false;
	sources->heap = heap;
	sources->room = room;
	return true;
}

void
sources_done(struct sources *sources)
{
	tdestroy(sources->tree, free);
	free(sources->heap);
	*sources = (struct sources){ NULL, NULL, 0, 0 };
}

struct source *
sources_find(const struct sources *sources, const uint8_t ip[static 16])
{
	struct source key;
	void *node;

	memcpy(key.ip, ip, sizeof key.ip);
	node = tfind(&key, &sources->tree, compare);
	return node == NULL ? NULL : *(struct source **)node;
}

struct source *
sources_add(
    struct sources *sources, const uint8_t ip[static 16], int64_t until_ms)
{
	struct source *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	memcpy(s->ip, ip, sizeof s->ip);
	s->until_ms = until_ms;
	if (!make_room(sources) ||
	    tsearch(s, &sources->tree, compare) == NULL) {
		free(s);
		return NULL;
	}
	put(sources, sources->count++, s);
	rise(sources, s);
	return s;
}

void
sources_move(struct sources *sources, struct source *source, int64_t until_ms)
{
	source->until_ms = until_ms;
	rise(sources, source);
	sink(sources, source);
}

struct source *
sources_first(const struct sources *sources)
{
	return sources->count == 0 ? NULL : sources->heap[0];
}

/* A key that is equal to nobody, and remembers who was just above it. */
struct seeker {
	const uint8_t *ip; /* NULL: below all */
	const struct source *above;
};

static int
seek(const void *key, const void *member)
{
	struct seeker *seeker = *(struct seeker *const *)key;
	const struct source *s = member;

	if (seeker->ip != NULL && memcmp(seeker->ip, s->ip, sizeof s->ip) >= 0)
		return 1;
	seeker->above = s;
	return -1;
}

const struct source *
sources_after(const struct sources *sources, const uint8_t *ip)
{
	struct seeker seeker = { ip, NULL }, *key = &seeker;

	(void)tfind(&key, &sources->tree, seek);
	return seeker.above;
}

void
sources_remove(struct sources *sources, struct source *source)
{
	struct source *last = sources->heap[--sources->count];

	(void)tdelete(source, &sources->tree, compare);
	if (last != source) {
		put(sources, source->place, last);
		rise(sources, last);
		sink(sources, last);
	}
	free(source);
}
