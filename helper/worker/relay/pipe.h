/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A pipe that carries bytes from one stream to another without their coming
 * here, splice(2).  For streams whose bytes pass the socket as they are.
 */
#ifndef HELPER_WORKER_RELAY_PIPE_H
#define HELPER_WORKER_RELAY_PIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/worker/relay/stream.h"

/* All zero is a pipe that is not open. */
struct pipe {
	bool is_open;
	int out, in;
	size_t len; /* bytes in it */
};

/* Returns 0, or -errno of pipe2(2). */
int pipe_open(struct pipe *p);

/* What is in it is lost.  May be called twice. */
void pipe_close(struct pipe *p);

/* Fill the empty pipe from `from`: IO_OK when there is something in it. */
enum io_result pipe_fill(struct pipe *p, struct stream *from);

/* Empty it into `to`: IO_OK when nothing is left in it. */
enum io_result pipe_drain(struct pipe *p, struct stream *to);

#endif
