/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sockets: connecting, options, and closing.
 */
#ifndef HELPER_BASE_SOCKET_H
#define HELPER_BASE_SOCKET_H

#include <ev.h>
#include <stdbool.h>

#include "setup/config.h"
#include "status/address.h"

/*
 * Begin to connect; success shows when the socket becomes writable, see
 * socket_connected().  `source` is the IP to come from, NULL for the kernel's
 * choice.  Returns a socket that does not block, or -errno.
 */
int socket_connect(
    const struct backend_address *to, const struct stssl_address *source);
int socket_connect_inet(
    const struct stssl_address *to, const struct stssl_address *source);

/*
 * The index of the interface that a socket's link-local IPv6 address belongs
 * to; 0 when its address is another one.
 */
uint32_t socket_scope(int fd);

/* Connect to a link-local address of that interface, from ours on it. */
int socket_connect_scoped(const struct stssl_address *to, uint32_t scope);

/*
 * The outcome of a connect: 0, -EINPROGRESS when there is none yet, -errno.
 * With 0, *ret_peer is the peer's address, or all zero where it has none;
 * ret_peer may be NULL.
 */
int socket_connected(int fd, struct stssl_address *ret_peer);

/* True when it is connected, and its peer has said nothing that is unread. */
bool socket_is_quiet(int fd);

/* Send small writes at once; for sockets where it makes no sense, nothing. */
void socket_no_delay(int fd);

/*
 * Have the kernel ask a peer that says nothing whether it is still there, and
 * end the connection when it is not: after ten minutes.  The sockets that a
 * listening socket accepts inherit it (tcp(7)).
 */
void socket_keep_alive(int fd);

/*
 * Bound what the kernel takes from a sender in advance, and what it takes from
 * us while the receiver is slow: it would be some MiB each, which a sender
 * believes to have arrived.
 */
void socket_bound_input(int fd);
void socket_bound_output(int fd);

/*
 * Leave urgent data where they are: clients that abort in clear send part of
 * the command as such (RFC 959 4.1.3), and it would be taken out.
 */
void socket_inline_urgent(int fd);

/*
 * Acknowledge now what has come.  The kernel waits up to 40 ms for something
 * to say along with it, and peers that want to know first wait with it: for
 * the end of a lingering socket, or before a second small write.
 */
void socket_acknowledge(int fd);

/*
 * Take `fd` and close it when its peer has closed too, or after some seconds:
 * closing at once would send RST if the peer still had something to say, and
 * RST may destroy what the peer has not read yet.
 */
void socket_linger(struct ev_loop *loop, int fd);

/* Close all that still linger, at the end of the process. */
void socket_linger_done(struct ev_loop *loop);

#endif
