/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receives into GnuTLS's own memory as far as that goes, and what comes behind
 * it into a buffer: of long records no byte is copied but those in front of the
 * next one.
 */
#include <config.h>
#include "helper/worker/tls/ahead.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* In front of a record, RFC 8446 section 5.1. */
#define RECORD_HEADER 5

bool
ahead_is_empty(const struct ahead *a)
{
	return buffer_len(a->buffer) == 0;
}

bool
ahead_is_dry(const struct ahead *a)
{
	return a->is_dry && ahead_is_empty(a);
}

void
ahead_look_again(struct ahead *a)
{
	/* These bytes came before the socket was found to have no more. */
	if (ahead_is_empty(a))
		a->is_dry = false;
}

static ssize_t
take(struct ahead *a, void *buf, size_t size)
{
	struct buffer *b = a->buffer;
	size_t len = buffer_len(b);

	if (len > size)
		len = size;
	memcpy(buf, b->bytes + b->start, len);
	b->start += len;
	if (b->start == b->end)
		ahead_done(a);
	return (ssize_t)len;
}

/*
 * Behind the rest of a record only the front of the next one is received, for
 * then that record's rest needs no copy either.
 */
static ssize_t
receive(struct ahead *a, int fd, void *buf, size_t size)
{
	struct buffer *b = buffer_take(BUFFER_RECORDS);
	struct iovec parts[] = { { buf, size }, { NULL, 0 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	/* Without memory for them, records come as GnuTLS asks for them. */
	if (b != NULL)
		parts[1] = (struct iovec){ b->bytes,
			size > RECORD_HEADER ? RECORD_HEADER : b->size };
	n = recvmsg(fd, &message, MSG_DONTWAIT);
	a->is_dry = n == -1 ? errno == EAGAIN
			    : n > 0 && (size_t)n < size + parts[1].iov_len;
	if (n > (ssize_t)size) {
		b->end = (size_t)n - size;
		a->buffer = b;
		return (ssize_t)size;
	}
	(void)buffer_give(BUFFER_RECORDS, b);
	return n;
}

ssize_t
ahead_take(struct ahead *a, int fd, void *buf, size_t size)
{
	if (!ahead_is_empty(a))
		return take(a, buf, size);
	if (a->is_dry) {
		errno = EAGAIN;
		return -1;
	}
	return receive(a, fd, buf, size);
}

void
ahead_done(struct ahead *a)
{
	a->buffer = buffer_give(BUFFER_RECORDS, a->buffer);
}
