/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A listening socket in the event loop.  Out of descriptors or memory it
 * rests for a moment: what waits in the backlog is not lost, and nothing
 * spins.
 */
#ifndef HELPER_BASE_ACCEPTOR_H
#define HELPER_BASE_ACCEPTOR_H

#include <ev.h>
#include <stdbool.h>

struct acceptor {
	int fd; /* -1 when closed */
	struct ev_loop *loop;
	struct ev_io io;
	struct ev_timer rest;
	bool is_held;
	bool is_short; /* of descriptors, since the last client */
	/* Takes over a socket that does not block and is close-on-exec. */
	void (*accepted)(struct acceptor *a, int fd);
	void *owner;
};

/* Start with listening socket `fd`, which does not block and is now ours. */
void acceptor_init(struct acceptor *a, struct ev_loop *loop, int fd,
    void (*accepted)(struct acceptor *a, int fd), void *owner);

/* Accept nothing until the hold is off again; for use in accepted(), too. */
void acceptor_hold(struct acceptor *a, bool hold);

/* Close the socket.  May be called twice. */
void acceptor_done(struct acceptor *a);

#endif
