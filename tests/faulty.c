/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A library for LD_PRELOAD that makes calls fail which hardly ever do.  FAULTS
 * names a file of struct faults, which all processes that the library is in
 * look at all the time: a story writes to it what is to go wrong from now on.
 */
/* Its inline functions would hide those that are defined here. */
#undef _FORTIFY_SOURCE
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

/* 0: never. */
struct faults {
	int64_t shift;    /* seconds that the wall clock is ahead */
	int64_t no_bytes; /* every so many-th allocation fails */
	int64_t cut;      /* every so many-th send is halved */
	int64_t signals;  /* every so many-th receive is interrupted */
};

static const struct faults *faults;
static int64_t allocated, sent, received;

static void __attribute__((constructor)) read_faults(void)
{
	const char *path = getenv("FAULTS");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	const void *found;

	if (fd == -1)
		return;
	found = mmap(NULL, sizeof *faults, PROT_READ, MAP_SHARED, fd, 0);
	if (found != MAP_FAILED)
		faults = found;
	(void)close(fd);
}

static bool
is_due(int64_t every, int64_t *count)
{
	return every > 0 && ++*count % every == 0;
}

static bool
allocation_fails(void)
{
	if (faults == NULL || !is_due(faults->no_bytes, &allocated))
		return false;
	errno = ENOMEM;
	return true;
}

static bool
is_stream(int fd)
{
	int type = 0;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type,
		   &(socklen_t){ sizeof type }) == 0 &&
	       type == SOCK_STREAM;
}

/* A packet is whole, or there is none. */
static bool
is_cut(int fd, int64_t *count)
{
	return faults != NULL && faults->cut > 0 && is_stream(fd) &&
	       is_due(faults->cut, count);
}

void *
malloc(size_t size)
{
	return allocation_fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return allocation_fails() ? NULL : __libc_realloc(old, size);
}

/* The function of that name which ours hides. */
#define REAL(name)                      \
	union {                         \
		void *found;            \
		__typeof__(name) *call; \
	} real = { dlsym(RTLD_NEXT, #name) }

ssize_t
sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct msghdr shorter = *msg;
	struct iovec first;
	REAL(sendmsg);

	if (msg->msg_iovlen > 0 && msg->msg_iov->iov_len > 1 &&
	    is_cut(fd, &sent)) {
		first = *msg->msg_iov;
		first.iov_len /= 2;
		shorter.msg_iov = &first;
		shorter.msg_iovlen = 1;
	}
	return real.call(fd, &shorter, flags);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	REAL(send);

	if (len > 1 && is_cut(fd, &sent))
		len /= 2;
	return real.call(fd, buf, len, flags);
}

ssize_t
recv(int fd, void *buf, size_t size, int flags)
{
	REAL(recv);

	if (faults != NULL && faults->signals > 0 && is_stream(fd) &&
	    is_due(faults->signals, &received)) {
		errno = EINTR;
		return -1;
	}
	return real.call(fd, buf, size, flags);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	REAL(clock_gettime);
	int r = real.call(id, ts);

	if (r == 0 && faults != NULL && id == CLOCK_REALTIME)
		ts->tv_sec += faults->shift;
	return r;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	REAL(gettimeofday);
	int r = real.call(tv, zone);

	if (r == 0 && faults != NULL)
		tv->tv_sec += faults->shift;
	return r;
}

time_t
time(time_t *ret)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (ret != NULL)
		*ret = ts.tv_sec;
	return ts.tv_sec;
}
