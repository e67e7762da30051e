/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receives more of a connection than GnuTLS has asked for, and keeps it.
 * GnuTLS asks for the five bytes in front of a record, then for the rest of it,
 * and then once more to hear that there is no other: here that is one call.
 */
#ifndef HELPER_WORKER_TLS_AHEAD_H
#define HELPER_WORKER_TLS_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "helper/base/buffer.h"

/* All zero to begin with.  Borrows a buffer while there is something in it. */
struct ahead {
	struct buffer *buffer;
	bool is_dry; /* the socket had no more the last time */
};

/* True when nothing was received that is not taken yet. */
bool ahead_is_empty(const struct ahead *a);

/*
 * True when nothing is left here, and nothing was left in the socket, so that
 * its readiness has to be waited for.
 */
bool ahead_is_dry(const struct ahead *a);

/* Time has passed: the socket may have more. */
void ahead_look_again(struct ahead *a);

/*
 * Take up to `size` bytes, from what is here or from socket `fd`.  Returns as
 * recv(2) does, with errno, and never waits.
 */
ssize_t ahead_take(struct ahead *a, int fd, void *buf, size_t size);

/* Drop it all. */
void ahead_done(struct ahead *a);

#endif
