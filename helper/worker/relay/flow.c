/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inner loop of all relaying: no per-byte work, no allocation while the
 * pool has a buffer, a bound on what one call moves so that no connection
 * starves the others.
 */
#include <config.h>
#include "helper/worker/relay/flow.h"

#include <fcntl.h>
#include <unistd.h>

/* Buffers moved before the others have their turn: 1 MiB. */
#define ROUNDS 16
/* A pipe holds so much unless the user has too many of them, pipe(7). */
#define PIPE_BYTES 65536

/* Pipes: all zero is one that is not open. */

static void
pipe_open(struct pipe *p)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0)
		*p = (struct pipe){
			.is_open = true, .out = fds[0], .in = fds[1]
		};
}

static void
pipe_close(struct pipe *p)
{
	if (!p->is_open)
		return;
	(void)close(p->out);
	(void)close(p->in);
	*p = (struct pipe){ 0 };
}

/*
 * A plain socket gives what it has at once; records come one by one, and it
 * pays to gather some.  The pipe is empty before.
 */
static enum io_result
pipe_fill(struct pipe *p, struct stream *from)
{
	enum io_result r;

	do {
		size_t n = 0;

		r = stream_splice_from(from, p->in, PIPE_BYTES - p->len, &n);
		p->len += n;
	} while (r == IO_OK && from->tls != NULL && p->len < PIPE_BYTES);
	return r == IO_AGAIN && p->len > 0 ? IO_OK : r;
}

static enum io_result
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

/* The flow */

void
flow_init(struct flow *f, struct stream *from, struct stream *to)
{
	*f = (struct flow){ .from = from, .to = to, .state = FLOW_OPEN };
}

void
flow_begin_with(struct flow *f, struct buffer *b)
{
	f->buffer = b;
}

void
flow_splice(struct flow *f)
{
	if (f->buffer != NULL || f->pipe.is_open ||
	    !stream_could_splice_from(f->from) || !stream_can_splice_to(f->to))
		return;
	pipe_open(&f->pipe);
	/* Not before there is a pipe: there would be no way back. */
	if (f->pipe.is_open && !stream_can_splice_from(f->from) &&
	    stream_receive_by_kernel(f->from) < 0)
		pipe_close(&f->pipe);
}

static bool
is_under_way(const struct flow *f)
{
	return f->state == FLOW_OPEN || f->state == FLOW_DRAINING ||
	       f->state == FLOW_CUT;
}

/* Bytes that have left the source, but have not reached the sink. */
static size_t
held(const struct flow *f)
{
	return f->pipe.is_open ? f->pipe.len : buffer_len(f->buffer);
}

/* Fill the buffer. */
static enum io_result
fill(struct flow *f)
{
	struct buffer *b = f->buffer;

	if (f->pipe.is_open)
		return pipe_fill(&f->pipe, f->from);
	while (b->end < b->size) {
		size_t n = 0, room = b->size - b->end;
		enum io_result r =
		    stream_read(f->from, b->bytes + b->end, room, &n);

		if (r != IO_OK)
			return r;
		b->end += n;
	}
	return IO_OK;
}

static enum io_result
drain(struct flow *f)
{
	enum io_result r;

	if (f->pipe.is_open)
		return pipe_drain(&f->pipe, f->to);
	r = stream_drain(f->to, f->buffer);
	if (r == IO_OK)
		f->buffer->start = f->buffer->end = 0;
	return r;
}

/* One round: IO_OK to go on, IO_AGAIN to wait; the state says the rest. */
static enum io_result
turn(struct flow *f)
{
	enum io_result got = IO_OK, put;

	if (f->state == FLOW_OPEN && held(f) == 0) {
		got = fill(f);
		if (got == IO_END)
			f->state = FLOW_DRAINING;
		if (got == IO_FAILED)
			f->state = FLOW_CUT;
	}
	put = drain(f);
	if (put == IO_FAILED || put == IO_END) {
		f->state = FLOW_BROKEN_SINK;
		return IO_AGAIN;
	}
	if (put == IO_OK && f->state == FLOW_DRAINING)
		f->state = FLOW_ENDED;
	if (put == IO_OK && f->state == FLOW_CUT)
		f->state = FLOW_BROKEN_SOURCE;
	return put == IO_OK && got == IO_OK ? IO_OK : IO_AGAIN;
}

enum flow_state
flow_step(struct flow *f)
{
	if (!is_under_way(f))
		return f->state;
	if (f->buffer == NULL && !f->pipe.is_open)
		f->buffer = buffer_take(BUFFER_RELAY);
	if (f->buffer == NULL && !f->pipe.is_open)
		return f->state = FLOW_BROKEN_SINK;
	for (int i = 0; i < ROUNDS; i++)
		if (turn(f) != IO_OK)
			break;
	if (buffer_len(f->buffer) == 0)
		f->buffer = buffer_give(BUFFER_RELAY, f->buffer);
	return f->state;
}

bool
flow_wants_read(const struct flow *f)
{
	return f->state == FLOW_OPEN && held(f) == 0;
}

bool
flow_wants_write(const struct flow *f)
{
	return held(f) > 0 && is_under_way(f);
}

void
flow_done(struct flow *f)
{
	f->buffer = buffer_give(BUFFER_RELAY, f->buffer);
	pipe_close(&f->pipe);
}
