/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A library for LD_PRELOAD that counts what is allocated and not freed yet, in
 * each process that it is in.  TALLY names a file of `struct tally`, which a
 * story has made long enough: the first process takes the first one, and each
 * that is forked the next.
 */
#include <config.h>

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROCESSES 64

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *block);

struct tally {
	atomic_llong pid; /* 0: nobody's */
	atomic_llong blocks;
	atomic_llong bytes; /* as the heap rounds them up */
};

/* Until there is the file, and for processes that it has no room for. */
static struct tally own;
static struct tally *current = &own;
static struct tally *tallies;

static void
take_next(void)
{
	long long free_one = 0;

	for (size_t i = 0; tallies != NULL && i < PROCESSES; i++) {
		if (!atomic_compare_exchange_strong(
			&tallies[i].pid, &free_one, getpid())) {
			free_one = 0;
			continue;
		}
		/* A child has what its parent had. */
		tallies[i].blocks = current->blocks;
		tallies[i].bytes = current->bytes;
		current = &tallies[i];
		return;
	}
	current = &own;
}

static void __attribute__((constructor)) open_tallies(void)
{
	const char *path = getenv("TALLY");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *found;

	if (fd == -1)
		return;
	found = mmap(NULL, PROCESSES * sizeof *tallies, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	if (found != MAP_FAILED)
		tallies = found;
	(void)close(fd);
	take_next();
	(void)pthread_atfork(NULL, NULL, take_next);
}

static void *
add(void *block)
{
	if (block != NULL) {
		current->blocks += 1;
		current->bytes += (long long)malloc_usable_size(block);
	}
	return block;
}

void *
malloc(size_t size)
{
	return add(__libc_malloc(size));
}

void *
calloc(size_t count, size_t size)
{
	return add(__libc_calloc(count, size));
}

void *
realloc(void *old, size_t size)
{
	size_t before = malloc_usable_size(old);
	void *block = __libc_realloc(old, size);

	/* Size 0 frees; else on failure the old block stays. */
	if (old != NULL && (block != NULL || size == 0)) {
		current->blocks -= 1;
		current->bytes -= (long long)before;
	}
	return add(block);
}

void
free(void *block)
{
	if (block != NULL) {
		current->blocks -= 1;
		current->bytes -= (long long)malloc_usable_size(block);
	}
	__libc_free(block);
}
