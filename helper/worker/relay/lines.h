/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A stream of lines, for FTP's control connections and mail: reads whole lines,
 * queues lines to write.  Buffers are held only while something is in them.
 */
#ifndef HELPER_WORKER_RELAY_LINES_H
#define HELPER_WORKER_RELAY_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/buffer.h"
#include "helper/worker/relay/stream.h"

/* Longest line without its end; RFC 959 has no limit, vsftpd has this one. */
#define LINE_MAX_BYTES 4096

enum line_result {
	LINE_OK,
	LINE_NONE,     /* no whole line yet */
	LINE_TOO_LONG, /* one was thrown away as far as it came */
	LINE_END,      /* the peer ended, and no line is left */
	LINE_FAILED,
};

struct lines {
	struct stream *stream;
	struct buffer *in, *out;
	size_t taken;  /* bytes of `in` that the last line stands in */
	bool skipping; /* in a line that is too long */
	bool ended, failed;
};

void lines_init(struct lines *l, struct stream *stream);

/* Give the buffers back; the stream is not touched. */
void lines_done(struct lines *l);

/*
 * The next line, without CR LF or LF, NUL-terminated, valid until the next
 * call on `l`; *ret_len tells when it has NULs inside.
 */
enum line_result lines_read(struct lines *l, char **ret, size_t *ret_len);

/* True when bytes are there that were not read as a line yet. */
bool lines_has_input(const struct lines *l);

/*
 * Those bytes, which are the caller's from now on: a buffer of BUFFER_RELAY, or
 * NULL when there are none.  Returns 0 or -ENOMEM.
 */
int lines_take_rest(struct lines *l, struct buffer **ret);

/*
 * Queue `text` and CR LF.  Returns 0, or -ENOBUFS when the queue has no room
 * or memory is short: nothing is queued then.
 */
int lines_write(struct lines *l, const char *text, size_t len);

/* Room to queue one more line of the greatest length. */
bool lines_has_room(const struct lines *l);

/* Write what is queued: IO_OK when all is gone. */
enum io_result lines_flush(struct lines *l);

bool lines_has_output(const struct lines *l);

#endif
