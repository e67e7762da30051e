/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Listening sockets for passive data connections.
 */
#ifndef HELPER_WORKER_FTP_PASSIVE_H
#define HELPER_WORKER_FTP_PASSIVE_H

#include <ev.h>

#include "setup/config.h"
#include "status/address.h"

/* So many connections wait to be accepted at most, and one more. */
#define PASSIVE_BACKLOG 4

/*
 * Listen on the IP of `local`, on a random free port of the listener's range;
 * `scope` is that of socket_scope() for the control connection.
 * Returns the socket, not blocking, and *ret with the port; or -EADDRINUSE
 * when the range is exhausted, or what socket(2) and bind(2) say.
 */
int passive_listen(const struct listen_config *config,
    const struct stssl_address *local, uint32_t scope,
    struct stssl_address *ret);

/* The same on any free port that the system chooses. */
int passive_listen_any(
    const struct stssl_address *local, struct stssl_address *ret);

/*
 * The next connection that waits to be accepted, and who it is from.  Returns
 * its socket, not blocking; -EAGAIN when there is none; -ECONNABORTED when it
 * has gone again; or -errno of accept(2), when there is no descriptor for it.
 */
int passive_accept(int fd, struct stssl_address *ret_from);

/* Stop watching it, and close it; -1 is its socket then, and may be before. */
void passive_close(struct ev_loop *loop, struct ev_io *listener);

#endif
