/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at what has come before it takes it: what is behind the header belongs
 * to whoever reads the socket next.  What belongs to an incomplete header is
 * taken, or the socket would stay readable, and nothing would wait.
 */
#include <config.h>
#include "helper/worker/proxy/reader.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

#include "helper/base/buffer.h"

_Static_assert(PROXY_HEADER_MAX <= BUFFER_LINES_SIZE, "a header fits");

/* Who waits for the first byte holds no buffer. */
static enum proxy_fault
nothing_came(struct proxy_reader *r, ssize_t n)
{
	bool is_begun = buffer_len(r->held) > 0;

	if (!is_begun)
		proxy_reader_done(r);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return PROXY_NONE;
	return is_begun ? PROXY_TRUNCATED : PROXY_GONE;
}

enum proxy_fault
proxy_read(
    struct proxy_reader *r, int fd, bool *ret_is_done, struct proxy_header *ret)
{
	enum proxy_fault fault;
	struct buffer *b;
	size_t len, size;
	ssize_t n;

	*ret_is_done = false;
	if (r->held == NULL)
		r->held = buffer_take(BUFFER_LINES);
	b = r->held;
	if (b == NULL)
		return PROXY_GONE;
	n = recv(fd, b->bytes + b->end, PROXY_HEADER_MAX - b->end, MSG_PEEK);
	if (n <= 0)
		return nothing_came(r, n);
	len = b->end + (size_t)n;
	fault = proxy_parse(b->bytes, len, &size, ret);
	if (fault != PROXY_NONE)
		return fault;
	*ret_is_done = size > 0;
	if (size > 0)
		len = size;
	assert(len > b->end);
	n = recv(fd, b->bytes + b->end, len - b->end, 0);
	if (n != (ssize_t)(len - b->end))
		return PROXY_TRUNCATED;
	b->end = len;
	return PROXY_NONE;
}

void
proxy_reader_done(struct proxy_reader *r)
{
	r->held = buffer_give(BUFFER_LINES, r->held);
}
