/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One pipe for one direction of one relay; it never holds more than it is
 * known to hold.
 */
#include <config.h>
#include "helper/worker/relay/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* What a pipe holds unless the user has too many of them, pipe(7). */
#define PIPE_BYTES 65536

int
pipe_open(struct pipe *p)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1)
		return -errno;
	*p = (struct pipe){ .is_open = true, .out = fds[0], .in = fds[1] };
	return 0;
}

void
pipe_close(struct pipe *p)
{
	if (!p->is_open)
		return;
	(void)close(p->out);
	(void)close(p->in);
	*p = (struct pipe){ 0 };
}

enum io_result
pipe_fill(struct pipe *p, struct stream *from)
{
	return stream_splice_from(from, p->in, PIPE_BYTES, &p->len);
}

enum io_result
pipe_drain(struct pipe *p, struct stream *to)
{
	while (p->len > 0) {
		size_t n = 0;
		enum io_result r = stream_splice_to(to, p->out, p->len, &n);

		if (r != IO_OK)
			return r;
		p->len -= n;
	}
	return IO_OK;
}
