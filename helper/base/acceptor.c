/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Accepts in batches, so that one busy socket does not starve the others.
 */
#include <config.h>
#include "helper/base/acceptor.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/log.h"

#define BATCH        64
#define REST_SECONDS 0.25

static void
update(struct acceptor *a)
{
	if (a->is_held || ev_is_active(&a->rest))
		ev_io_stop(a->loop, &a->io);
	else
		ev_io_start(a->loop, &a->io);
}

static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

static void
rest(struct acceptor *a, int error)
{
	/* Once, not four times a second. */
	if (!a->is_short)
		(void)log_errno(-error, "accept");
	a->is_short = true;
	ev_timer_set(&a->rest, REST_SECONDS, 0);
	ev_timer_start(a->loop, &a->rest);
	update(a);
}

static void
on_readable(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct acceptor *a = io->data;

	(void)loop;
	(void)events;
	for (int i = 0; i < BATCH && ev_is_active(&a->io); i++) {
		int fd =
		    accept4(a->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd != -1) {
			a->is_short = false;
			a->accepted(a, fd);
		} else if (is_shortage(errno)) {
			rest(a, errno);
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

static void
on_rested(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	update(timer->data);
}

void
acceptor_init(struct acceptor *a, struct ev_loop *loop, int fd,
    void (*accepted)(struct acceptor *a, int fd), void *owner)
{
	*a = (struct acceptor){
		.fd = fd, .loop = loop, .accepted = accepted, .owner = owner
	};
	ev_io_init(&a->io, on_readable, fd, EV_READ);
	ev_init(&a->rest, on_rested);
	a->io.data = a;
	a->rest.data = a;
	update(a);
}

void
acceptor_hold(struct acceptor *a, bool hold)
{
	a->is_held = hold;
	if (a->fd != -1)
		update(a);
}

void
acceptor_done(struct acceptor *a)
{
	if (a->fd == -1)
		return;
	ev_io_stop(a->loop, &a->io);
	ev_timer_stop(a->loop, &a->rest);
	(void)close(a->fd);
	a->fd = -1;
}
