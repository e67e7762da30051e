/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A queue of records in memory that two processes share: one writes, one
 * reads, and neither asks the kernel.  The writer may have been taken over and
 * write to the memory what it likes whenever it likes: the reader copies each
 * record once, believes no position and no length unchecked, and keeps to
 * itself how far it has read.  The memory has no descriptor, so that nobody can
 * make it shorter: the reader gets no SIGBUS.
 */
#ifndef HELPER_BASE_RING_H
#define HELPER_BASE_RING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Room for records, and for 8 bytes before each. */
#define RING_BYTES (256 * 1024)

struct ring_memory;

/* One side's view of it. */
struct ring {
	struct ring_memory *memory; /* NULL: there is none */
	uint64_t at;   /* bytes that this side has written, or has read */
	uint64_t next; /* the reader's: the same with the record at hand */
};

/* A record is in two parts, one behind the other; the second may be empty. */
#define RING_PARTS 2

/*
 * An empty one, for this process, the reader, and for the writer, which it has
 * to fork.  Every other process that it forks has to close its own view of it.
 * Returns 0, or -errno of mmap(2).
 */
int ring_open(struct ring *ring);

/* For this process.  One that is not open is left alone. */
void ring_close(struct ring *ring);

/* For the writer */

/* How much of it a record of `len` bytes takes. */
size_t ring_room(size_t len);

/*
 * Write a record, and leave `spare` bytes free.  The reader sees it before all
 * that this process does afterwards.  Returns 0; -EAGAIN when it is too full.
 */
int ring_put(
    struct ring *ring, const struct iovec parts[RING_PARTS], size_t spare);

/* How many bytes the reader has taken of the ring->at that were written. */
uint64_t ring_taken(const struct ring *ring);

/* For the reader */

/*
 * *ret_end is where the records end that are there by now, for ring_get().
 * Returns 0; -EBADMSG when there cannot be so many.
 */
int ring_look(const struct ring *ring, uint64_t *ret_end);

/*
 * Copy the first record, which stays there, into both parts, of which it fills
 * the first.  Returns 0 and its length; -EAGAIN when there is none before
 * `end`; -EBADMSG for one that the parts have no room for, or that is shorter
 * than the first, or not all there.
 */
int ring_get(struct ring *ring, uint64_t end,
    const struct iovec parts[RING_PARTS], size_t *ret_len);

/* Done with the record that ring_get() has copied last. */
void ring_drop(struct ring *ring);

#endif
