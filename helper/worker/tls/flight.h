/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The server's messages of a handshake, gathered until it is the client's turn:
 * one segment, one call, and one wakeup of the client.
 */
#ifndef HELPER_WORKER_TLS_FLIGHT_H
#define HELPER_WORKER_TLS_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "helper/base/buffer.h"

/* Borrows a buffer while there is something in it. */
struct flight {
	struct buffer *buffer;
};

/* True when nothing waits to be sent. */
bool flight_is_empty(const struct flight *f);

/*
 * Add from `parts` as much as there is room for.  Returns how many bytes that
 * was; 0 when it is full; -ENOMEM.
 */
ssize_t flight_add(struct flight *f, const struct iovec *parts, size_t count);

/*
 * Send what is there.  Returns 0 when all is gone; -EAGAIN, with the rest kept,
 * when the socket takes no more; or what send(2) says.
 */
int flight_send(struct flight *f, int fd);

/* Drop it all. */
void flight_done(struct flight *f);

#endif
