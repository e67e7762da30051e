/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Buffers that are lent only while bytes are in flight, so that an idle
 * session holds none.  A process keeps a few for the next borrower.
 */
#ifndef HELPER_BASE_BUFFER_H
#define HELPER_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

enum buffer_kind {
	BUFFER_LINES,   /* commands and replies: wiped when given back */
	BUFFER_RELAY,   /* four TLS records */
	BUFFER_RECORDS, /* short ones that were received at once */
	BUFFER_KINDS
};

#define BUFFER_LINES_SIZE   8192
#define BUFFER_RELAY_SIZE   65536
#define BUFFER_RECORDS_SIZE 4096

/* Bytes from `start` up to `end`, in room for `size`. */
struct buffer {
	size_t start;
	size_t end;
	size_t size;
	uint8_t bytes[];
};

/* Borrow an empty buffer.  NULL when out of memory. */
struct buffer *buffer_take(enum buffer_kind kind);

/* Give it back.  Takes NULL.  Returns NULL. */
struct buffer *buffer_give(enum buffer_kind kind, struct buffer *b);

/* How many bytes are in it; NULL is empty. */
size_t buffer_len(const struct buffer *b);

/* Move what is left to the front, to make room behind it. */
void buffer_compact(struct buffer *b);

/* Free those that are kept, at the end of the process. */
void buffer_done(void);

#endif
