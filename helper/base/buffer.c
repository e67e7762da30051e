/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lends buffers of three sizes.  Line buffers may have held a password and are
 * wiped on their way back.
 */
#include <config.h>
#include "helper/base/buffer.h"

#include <stdlib.h>
#include <string.h>

/* Enough for the sessions that are busy at the same moment. */
#define KEPT 16

static const size_t sizes[] = {
	[BUFFER_LINES] = BUFFER_LINES_SIZE,
	[BUFFER_RELAY] = BUFFER_RELAY_SIZE,
	[BUFFER_RECORDS] = BUFFER_RECORDS_SIZE,
};

static struct {
	struct buffer *free[KEPT];
	size_t count;
} pools[BUFFER_KINDS];

struct buffer *
buffer_take(enum buffer_kind kind)
{
	struct buffer *b;

	if (pools[kind].count > 0)
		return pools[kind].free[--pools[kind].count];
	b = malloc(sizeof *b + sizes[kind]);
	if (b == NULL)
		return NULL;
	b->start = b->end = 0;
	b->size = sizes[kind];
	return b;
}

struct buffer *
buffer_give(enum buffer_kind kind, struct buffer *b)
{
	if (b == NULL)
		return NULL;
	if (kind == BUFFER_LINES)
		explicit_bzero(b->bytes, b->size);
	b->start = b->end = 0;
	if (pools[kind].count < KEPT)
		pools[kind].free[pools[kind].count++] = b;
	else
		free(b);
	return NULL;
}

size_t
buffer_len(const struct buffer *b)
{
	return b == NULL ? 0 : b->end - b->start;
}

void
buffer_compact(struct buffer *b)
{
	if (b->start == 0)
		return;
	memmove(b->bytes, b->bytes + b->start, b->end - b->start);
	b->end -= b->start;
	b->start = 0;
}

void
buffer_done(void)
{
	for (size_t kind = 0; kind < BUFFER_KINDS; kind++)
		while (pools[kind].count > 0)
			free(pools[kind].free[--pools[kind].count]);
}
