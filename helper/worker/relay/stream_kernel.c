/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's part in a stream: it does TLS, and moves bytes that this process
 * need not see.
 */
#include <config.h>
#include "helper/worker/relay/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int
stream_to_kernel(struct stream *s)
{
	struct ktls_keys keys = { 0 };
	int r = tls_sending_keys(s->tls, &keys);

	if (r == 0)
		r = ktls_start(s->fd, &keys, &s->kernel);
	explicit_bzero(&keys, sizeof keys);
	return r;
}

int
stream_receive_by_kernel(struct stream *s)
{
	struct ktls_keys keys = { 0 };
	struct traffic_secret secret = { 0 };
	int r = tls_receiving_keys(s->tls, &keys, &secret);

	if (r == 0)
		r = ktls_receive_start(s->fd, &keys, &secret, &s->receiver);
	explicit_bzero(&keys, sizeof keys);
	explicit_bzero(&secret, sizeof secret);
	return r;
}

bool
stream_can_splice_from(const struct stream *s)
{
	return s->tls == NULL || s->receiver.is_on;
}

bool
stream_could_splice_from(const struct stream *s)
{
	return stream_can_splice_from(s) || tls_keeps_secret(s->tls);
}

bool
stream_can_splice_to(const struct stream *s)
{
	return s->tls == NULL || s->kernel.is_on;
}

static enum io_result
splice_io(int from, int to, size_t len, size_t *ret_n)
{
	ssize_t n = splice(
	    from, NULL, to, NULL, len, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);

	if (n == -1)
		return stream_errno();
	if (n == 0)
		return IO_END;
	*ret_n = (size_t)n;
	return IO_OK;
}

/* Records that the kernel opens; what we have to say to them is GnuTLS's. */
static enum io_result
receive(struct stream *s, int pipe_fd, size_t size, size_t *ret_n)
{
	ssize_t n = ktls_receive(&s->receiver, s->fd, pipe_fd, size);

	if (s->receiver.owes_update && tls_update_keys(s->tls) != TLS_DONE)
		return IO_FAILED;
	s->receiver.owes_update = false;
	if (n == -EAGAIN)
		return IO_AGAIN;
	if (n < 0) {
		tls_refuse_record(s->tls, (int)n);
		return IO_FAILED;
	}
	*ret_n = (size_t)n;
	return n == 0 ? IO_END : IO_OK;
}

enum io_result
stream_splice_from(struct stream *s, int pipe_fd, size_t size, size_t *ret_n)
{
	enum io_result r;

	if (s->is_dry)
		return IO_AGAIN;
	r = s->receiver.is_on ? receive(s, pipe_fd, size, ret_n)
			      : splice_io(s->fd, pipe_fd, size, ret_n);
	/* One that gives less may have more. */
	s->is_dry = r == IO_AGAIN;
	if (r == IO_OK)
		s->bytes_in += *ret_n;
	return r;
}

enum io_result
stream_splice_to(struct stream *s, int pipe_fd, size_t len, size_t *ret_n)
{
	enum io_result r = splice_io(pipe_fd, s->fd, len, ret_n);

	if (r == IO_OK)
		s->bytes_out += *ret_n;
	return r == IO_END ? IO_FAILED : r;
}
