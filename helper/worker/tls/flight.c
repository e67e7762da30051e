/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A buffer between GnuTLS and the socket.
 */
#include <config.h>
#include "helper/worker/tls/flight.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool
flight_is_empty(const struct flight *f)
{
	return buffer_len(f->buffer) == 0;
}

static size_t
add(struct buffer *b, const struct iovec *part)
{
	size_t len = b->size - b->end;

	if (len > part->iov_len)
		len = part->iov_len;
	if (len > 0)
		memcpy(b->bytes + b->end, part->iov_base, len);
	b->end += len;
	return len;
}

ssize_t
flight_add(struct flight *f, const struct iovec *parts, size_t count)
{
	ssize_t total = 0;
	size_t added;

	if (f->buffer == NULL)
		f->buffer = buffer_take(BUFFER_RELAY);
	if (f->buffer == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		added = add(f->buffer, &parts[i]);
		total += (ssize_t)added;
		if (added < parts[i].iov_len)
			break;
	}
	return total;
}

int
flight_send(struct flight *f, int fd)
{
	struct buffer *b = f->buffer;

	while (buffer_len(b) > 0) {
		ssize_t n = send(fd, b->bytes + b->start, buffer_len(b),
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n == -1 && errno != EINTR)
			return -errno;
		b->start += n == -1 ? 0 : (size_t)n;
	}
	flight_done(f);
	return 0;
}

void
flight_done(struct flight *f)
{
	f->buffer = buffer_give(BUFFER_RELAY, f->buffer);
}
