/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes the header of the PROXY protocol from a socket, and not a byte more.
 */
#ifndef HELPER_WORKER_PROXY_READER_H
#define HELPER_WORKER_PROXY_READER_H

#include "helper/worker/proxy/header.h"

/* All zero at first, and while nothing has come. */
struct proxy_reader {
	struct buffer *held;
};

/*
 * Go on reading from `fd`, which does not block.  PROXY_NONE with *ret_is_done:
 * *ret is the header, and what follows is unread; without: wait for more.
 * Otherwise what is wrong; out of memory is PROXY_GONE.
 */
enum proxy_fault proxy_read(struct proxy_reader *r, int fd, bool *ret_is_done,
    struct proxy_header *ret);

/* Forget what was read.  May be called twice. */
void proxy_reader_done(struct proxy_reader *r);

#endif
