/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Listens for the backend or connects to it, and tells the backend's own
 * connection from those of others on the machine.
 */
#include <config.h>
#include "helper/worker/ftp/backend_data.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/socket.h"
#include "helper/worker/ftp/passive.h"
#include "helper/worker/link/hello.h"
#include "helper/worker/tls/tls_link.h"
#include "status/address.h"

void
backend_data_init(struct backend_data *b, struct ev_loop *loop,
    const struct stssl_connection *control)
{
	*b = (struct backend_data){ .loop = loop, .control = control };
	stream_none(&b->stream);
	ev_io_init(&b->listener, NULL, -1, EV_READ);
	b->listener.data = b;
}

void
backend_data_stop(struct backend_data *b)
{
	passive_close(b->loop, &b->listener);
}

static void
adopt(struct backend_data *b, int fd, enum backend_data_state state)
{
	stream_init(&b->stream, b->loop, fd, b->changed, b->owner);
	stream_guard(&b->stream);
	b->state = state;
}

/* A Server */

void
backend_data_link(struct backend_data *b, const struct backend_link *link)
{
	b->link = *link;
	b->state = BACKEND_DATA_OFFERED;
}

static void
connect_link(struct backend_data *b)
{
	int fd = socket_connect_inet(&b->control->peer, &b->control->local);

	if (fd < 0) {
		b->state = BACKEND_DATA_FAILED;
		return;
	}
	socket_no_delay(fd);
	socket_keep_alive(fd);
	socket_bound_input(fd);
	adopt(b, fd, BACKEND_DATA_CONNECTING);
	b->stream.tls =
	    tls_link_connect_data(b->link.context, b->link.control, fd);
	if (b->stream.tls == NULL)
		b->state = BACKEND_DATA_FAILED;
}

/* A connection that has just been made has room for it. */
static enum backend_data_state
begin_handshake(const struct backend_data *b)
{
	uint8_t route[LINK_ROUTE_BYTES];

	link_route_write(b->link.session, route);
	return send(b->stream.fd, route, sizeof route, MSG_NOSIGNAL) ==
		       sizeof route
		   ? BACKEND_DATA_HANDSHAKE
		   : BACKEND_DATA_FAILED;
}

/*
 * Only the Server that has the link can resume it, and the handshake fails if
 * it does not: tls_link_connect_data().
 */
static enum backend_data_state
go_on(struct backend_data *b)
{
	switch (stream_handshake(&b->stream)) {
	case IO_AGAIN:
		return BACKEND_DATA_HANDSHAKE;
	case IO_OK:
		return BACKEND_DATA_UP;
	case IO_END:
	case IO_FAILED:
		break;
	}
	return BACKEND_DATA_FAILED;
}

/* Active mode */

/* True when the connection may be the backend's. */
static bool
is_eligible(const struct backend_data *b, const struct stssl_address *from)
{
	const struct stssl_address *backend = &b->control->peer;

	return stssl_address_same_ip(from, backend) &&
	       (from->port < IPPORT_RESERVED ||
		   backend->port >= IPPORT_RESERVED);
}

static void
send_away(struct backend_data *b, int fd, const struct stssl_address *from)
{
	(void)close(fd);
	if (!b->had_stranger)
		b->stranger(b->owner, from);
	b->had_stranger = true;
}

static void
take(struct backend_data *b, int fd, const struct stssl_address *from)
{
	if (b->state == BACKEND_DATA_LISTENING || !is_eligible(b, from)) {
		send_away(b, fd, from);
	} else if (b->state == BACKEND_DATA_UP) {
		send_away(b, fd, from);
		b->state = BACKEND_DATA_AMBIGUOUS;
	} else {
		socket_no_delay(fd);
		adopt(b, fd, BACKEND_DATA_UP);
		if (b->is_announced)
			backend_data_stop(b);
	}
}

/* All that wait to be accepted by now, unless there is no descriptor. */
static void
accept_all(struct backend_data *b)
{
	struct stssl_address from;
	int fd = 0;

	/* More than can wait, but not for ever: the queue may fill again. */
	for (int i = 0; i < 2 * PASSIVE_BACKLOG && fd != -EAGAIN &&
			b->listener.fd != -1 && b->state < BACKEND_DATA_FAILED;
	     i++) {
		fd = passive_accept(b->listener.fd, &from);
		if (fd >= 0)
			take(b, fd, &from);
		else if (fd != -EAGAIN && fd != -ECONNABORTED)
			b->state = BACKEND_DATA_FAILED;
	}
}

static void
on_listener(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct backend_data *b = watcher->data;

	(void)loop;
	(void)events;
	accept_all(b);
	b->changed(b->owner);
}

int
backend_data_listen(struct backend_data *b, struct stssl_address *ret)
{
	int fd = passive_listen_any(&b->control->local, ret);

	if (fd < 0)
		return fd;
	socket_bound_input(fd);
	ev_io_init(&b->listener, on_listener, fd, EV_READ);
	b->state = BACKEND_DATA_LISTENING;
	return 0;
}

void
backend_data_expect(struct backend_data *b)
{
	if (b->state == BACKEND_DATA_OFFERED)
		connect_link(b);
	if (b->state != BACKEND_DATA_LISTENING)
		return;
	/* The backend has no reason to connect before its command. */
	accept_all(b);
	if (b->state != BACKEND_DATA_LISTENING)
		return;
	b->state = BACKEND_DATA_AWAITED;
	ev_io_start(b->loop, &b->listener);
}

void
backend_data_announced(struct backend_data *b)
{
	accept_all(b);
	b->is_announced = true;
	/* A backend that connects later has until the owner's deadline. */
	if (b->state != BACKEND_DATA_AWAITED)
		backend_data_stop(b);
}

/* Passive mode */

int
backend_data_connect(struct backend_data *b, uint16_t port)
{
	struct stssl_address to = b->control->peer;
	int fd;

	to.port = port;
	fd = socket_connect_inet(&to, &b->control->local);
	if (fd < 0)
		return fd;
	socket_bound_input(fd);
	adopt(b, fd, BACKEND_DATA_CONNECTING);
	return 0;
}

static enum backend_data_state
connected(struct backend_data *b)
{
	int r = socket_connected(b->stream.fd, NULL);

	if (r == -EINPROGRESS) {
		stream_watch(&b->stream, false, true);
		return BACKEND_DATA_CONNECTING;
	}
	if (r < 0)
		return BACKEND_DATA_FAILED;
	return b->link.context != NULL ? begin_handshake(b) : BACKEND_DATA_UP;
}

void
backend_data_step(struct backend_data *b)
{
	if (b->state == BACKEND_DATA_CONNECTING)
		b->state = connected(b);
	if (b->state == BACKEND_DATA_HANDSHAKE)
		b->state = go_on(b);
}
