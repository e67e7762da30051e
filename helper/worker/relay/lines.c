/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines in, lines out.  Input is bounded by its buffer: a line that does not
 * fit is thrown away up to its end and reported once.
 */
#include <config.h>
#include "helper/worker/relay/lines.h"

#include <errno.h>
#include <string.h>

void
lines_init(struct lines *l, struct stream *stream)
{
	*l = (struct lines){ .stream = stream };
}

void
lines_done(struct lines *l)
{
	l->in = buffer_give(BUFFER_LINES, l->in);
	l->out = buffer_give(BUFFER_LINES, l->out);
	l->taken = 0;
}

/* Forget the line that was handed out last. */
static void
release(struct lines *l)
{
	if (l->in == NULL)
		return;
	explicit_bzero(l->in->bytes + l->in->start, l->taken);
	l->in->start += l->taken;
	l->taken = 0;
	if (buffer_len(l->in) == 0)
		l->in = buffer_give(BUFFER_LINES, l->in);
}

static void
fill(struct lines *l)
{
	struct buffer *b;
	size_t n = 0;

	if (l->ended || l->failed)
		return;
	if (l->in == NULL)
		l->in = buffer_take(BUFFER_LINES);
	if (l->in == NULL) {
		l->failed = true;
		return;
	}
	b = l->in;
	buffer_compact(b);
	switch (
	    stream_read(l->stream, b->bytes + b->end, b->size - b->end, &n)) {
	case IO_OK:
		b->end += n;
		break;
	case IO_AGAIN:
		break;
	case IO_END:
		l->ended = true;
		break;
	case IO_FAILED:
		l->failed = true;
		break;
	}
}

static void
skip(struct lines *l, size_t count)
{
	l->taken = count;
	release(l);
}

/* Cut one line off the front of the buffer, if a whole one is there. */
static enum line_result
cut(struct lines *l, char **ret, size_t *ret_len)
{
	uint8_t *start, *newline;
	size_t len = buffer_len(l->in);
	bool was_skipping = l->skipping;

	if (len == 0)
		return LINE_NONE;
	start = l->in->bytes + l->in->start;
	newline = memchr(start, '\n', len);
	if (newline == NULL && len <= LINE_MAX_BYTES)
		return LINE_NONE;
	if (newline == NULL) {
		l->skipping = true;
		skip(l, len);
		return was_skipping ? LINE_NONE : LINE_TOO_LONG;
	}
	len = (size_t)(newline - start);
	if (was_skipping || len > LINE_MAX_BYTES) {
		l->skipping = false;
		skip(l, len + 1);
		return was_skipping ? cut(l, ret, ret_len) : LINE_TOO_LONG;
	}
	l->taken = len + 1;
	if (len > 0 && start[len - 1] == '\r')
		len--;
	start[len] = '\0';
	*ret = (char *)start;
	*ret_len = len;
	return LINE_OK;
}

enum line_result
lines_read(struct lines *l, char **ret, size_t *ret_len)
{
	enum line_result r;

	release(l);
	r = cut(l, ret, ret_len);
	if (r != LINE_NONE)
		return r;
	fill(l);
	r = cut(l, ret, ret_len);
	if (r != LINE_NONE)
		return r;
	if (buffer_len(l->in) == 0)
		l->in = buffer_give(BUFFER_LINES, l->in);
	if (l->failed)
		return LINE_FAILED;
	return l->ended ? LINE_END : LINE_NONE;
}

bool
lines_has_input(const struct lines *l)
{
	return buffer_len(l->in) > l->taken;
}

int
lines_take_rest(struct lines *l, struct buffer **ret)
{
	struct buffer *rest = NULL;

	release(l);
	if (l->in != NULL) {
		rest = buffer_take(BUFFER_RELAY);
		if (rest == NULL)
			return -ENOMEM;
		rest->end = buffer_len(l->in);
		memcpy(rest->bytes, l->in->bytes + l->in->start, rest->end);
		skip(l, rest->end);
	}
	*ret = rest;
	return 0;
}

bool
lines_has_room(const struct lines *l)
{
	return buffer_len(l->out) + LINE_MAX_BYTES + 2 <= BUFFER_LINES_SIZE;
}

int
lines_write(struct lines *l, const char *text, size_t len)
{
	if (len > LINE_MAX_BYTES ||
	    buffer_len(l->out) + len + 2 > BUFFER_LINES_SIZE)
		return -ENOBUFS;
	if (l->out == NULL)
		l->out = buffer_take(BUFFER_LINES);
	if (l->out == NULL)
		return -ENOBUFS;
	buffer_compact(l->out);
	memcpy(l->out->bytes + l->out->end, text, len);
	memcpy(l->out->bytes + l->out->end + len, "\r\n", 2);
	l->out->end += len + 2;
	return 0;
}

enum io_result
lines_flush(struct lines *l)
{
	enum io_result r = stream_drain(l->stream, l->out);

	if (r == IO_OK)
		l->out = buffer_give(BUFFER_LINES, l->out);
	return r;
}

bool
lines_has_output(const struct lines *l)
{
	return buffer_len(l->out) > 0;
}
