/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Positions are numbers of bytes since the beginning, and only grow; a record
 * begins at a multiple of eight, with its length, and may go on at the
 * beginning of the memory.
 */
#include <config.h>
#include "helper/base/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define HEAD      sizeof(uint64_t)
#define CACHELINE 64

/* The reader reads `taken` never, since the writer can write to it. */
struct ring_memory {
	_Alignas(CACHELINE) _Atomic uint64_t written;
	_Alignas(CACHELINE) _Atomic uint64_t taken;
	_Alignas(CACHELINE) unsigned char bytes[RING_BYTES];
};

_Static_assert(RING_BYTES % HEAD == 0, "no length goes over the end");

size_t
ring_room(size_t len)
{
	return HEAD + (len + HEAD - 1) / HEAD * HEAD;
}

int
ring_open(struct ring *ring)
{
	void *memory = mmap(NULL, sizeof *ring->memory, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ring = (struct ring){ .memory = memory };
	return 0;
}

void
ring_close(struct ring *ring)
{
	if (ring->memory != NULL)
		(void)munmap(ring->memory, sizeof *ring->memory);
	*ring = (struct ring){ .memory = NULL };
}

/* How much of `len` bytes there is before the end of the memory. */
static size_t
before_end(uint64_t at, size_t len)
{
	const size_t left = RING_BYTES - at % RING_BYTES;

	return len < left ? len : left;
}

static void
copy_in(struct ring_memory *memory, uint64_t at, const void *from, size_t len)
{
	const size_t n = before_end(at, len);

	if (len == 0)
		return;
	memcpy(memory->bytes + at % RING_BYTES, from, n);
	memcpy(memory->bytes, (const char *)from + n, len - n);
}

static void
copy_out(void *to, const struct ring_memory *memory, uint64_t at, size_t len)
{
	const size_t n = before_end(at, len);

	if (len == 0)
		return;
	memcpy(to, memory->bytes + at % RING_BYTES, n);
	memcpy((char *)to + n, memory->bytes, len - n);
}

uint64_t
ring_taken(const struct ring *ring)
{
	return atomic_load_explicit(&ring->memory->taken, memory_order_acquire);
}

int
ring_put(struct ring *ring, const struct iovec parts[RING_PARTS], size_t spare)
{
	const uint64_t len = parts[0].iov_len + parts[1].iov_len;
	const size_t room = ring_room(len);
	struct ring_memory *memory = ring->memory;

	assert(room + spare <= RING_BYTES);
	if (ring->at - ring_taken(ring) > RING_BYTES - room - spare)
		return -EAGAIN;
	copy_in(memory, ring->at, &len, HEAD);
	copy_in(memory, ring->at + HEAD, parts[0].iov_base, parts[0].iov_len);
	copy_in(memory, ring->at + HEAD + parts[0].iov_len, parts[1].iov_base,
	    parts[1].iov_len);
	ring->at += room;
	atomic_store_explicit(&memory->written, ring->at, memory_order_release);
	return 0;
}

int
ring_look(const struct ring *ring, uint64_t *ret_end)
{
	const uint64_t written =
	    atomic_load_explicit(&ring->memory->written, memory_order_acquire);

	if (written - ring->at > RING_BYTES || written % HEAD != 0)
		return -EBADMSG;
	*ret_end = written;
	return 0;
}

int
ring_get(struct ring *ring, uint64_t end, const struct iovec parts[RING_PARTS],
    size_t *ret_len)
{
	const struct ring_memory *memory = ring->memory;
	const size_t first = parts[0].iov_len;
	uint64_t len;

	if (end == ring->at)
		return -EAGAIN;
	copy_out(&len, memory, ring->at, HEAD);
	/* From here on it is our copy that counts. */
	atomic_signal_fence(memory_order_seq_cst);
	if (len < first || len > first + parts[1].iov_len ||
	    ring_room(len) > end - ring->at)
		return -EBADMSG;
	copy_out(parts[0].iov_base, memory, ring->at + HEAD, first);
	copy_out(
	    parts[1].iov_base, memory, ring->at + HEAD + first, len - first);
	atomic_signal_fence(memory_order_seq_cst);
	ring->next = ring->at + ring_room(len);
	*ret_len = len;
	return 0;
}

void
ring_drop(struct ring *ring)
{
	ring->at = ring->next;
	atomic_store_explicit(
	    &ring->memory->taken, ring->at, memory_order_release);
}
