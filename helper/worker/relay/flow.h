/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper/worker/relay/ moves bytes between a client and a backend, whatever
 * they mean: a stream is one end (stream.h), a flow one direction between two
 * of them, and lines (lines.h) are for protocols that speak in such.
 *
 * A flow goes through a buffer that is borrowed while it holds any bytes, or
 * through a pipe, so that bytes need not be copied here.  It does not pass on
 * ends: its owner decides what the end of one side means for the other.
 */
#ifndef HELPER_WORKER_RELAY_FLOW_H
#define HELPER_WORKER_RELAY_FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/base/buffer.h"
#include "helper/worker/relay/stream.h"

enum flow_state {
	FLOW_OPEN,
	FLOW_DRAINING, /* the source has ended, bytes are left */
	FLOW_CUT,      /* the source has broken off, bytes are left */
	FLOW_ENDED,    /* the source ended properly, all bytes are written */
	FLOW_BROKEN_SOURCE, /* and what came before is written */
	FLOW_BROKEN_SINK,
};

struct flow {
	struct stream *from;
	struct stream *to;
	struct buffer *buffer;
	/* In place of the buffer, splice(2): the bytes do not come here. */
	struct pipe {
		bool is_open;
		int out, in;
		size_t len; /* bytes in it */
	} pipe;
	enum flow_state state;
};

void flow_init(struct flow *f, struct stream *from, struct stream *to);

/*
 * Before the first step: these bytes go first.  A buffer of BUFFER_RELAY, which
 * is the flow's from now on, or NULL.
 */
void flow_begin_with(struct flow *f, struct buffer *b);

/*
 * Before the first step: use a pipe from now on, when the bytes of both streams
 * pass as they are, or the kernel can be had to open those of the source.
 * Without a pipe the buffer is used as before.
 */
void flow_splice(struct flow *f);

/* Move what can be moved now, within bounds.  Returns the state. */
enum flow_state flow_step(struct flow *f);

/* True when the flow waits to read from its source, to write to its sink. */
bool flow_wants_read(const struct flow *f);
bool flow_wants_write(const struct flow *f);

/* Give buffer and pipe back.  The streams are not touched. */
void flow_done(struct flow *f);

#endif
