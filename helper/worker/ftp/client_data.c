/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Listens for the client or connects to it, does TLS with it, and looks
 * whether it is the control connection's.
 */
#include <config.h>
#include "helper/worker/ftp/client_data.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/socket.h"
#include "helper/worker/ftp/passive.h"
#include "helper/worker/session.h"
#include "status/tools/address.h"

static void
fail(struct client_data *c, enum data_outcome why)
{
	c->state = CLIENT_DATA_FAILED;
	c->failure = why;
	client_data_stop(c);
}

void
client_data_stop(struct client_data *c)
{
	passive_close(c->session->host->loop, &c->listener);
}

/* The connection */

static void
adopt(struct client_data *c, int fd)
{
	socket_no_delay(fd);
	socket_bound_output(fd);
	stream_init(
	    &c->stream, c->session->host->loop, fd, c->changed, c->owner);
	stream_guard(&c->stream);
	c->state = CLIENT_DATA_CONNECTING;
}

static void
send_away(struct client_data *c, int fd, const struct stssl_address *from)
{
	(void)close(fd);
	if (!c->had_foreign)
		session_note_stranger(c->session, "foreign", from);
	c->had_foreign = true;
}

/* One connection for one PASV, and only from the client's own address. */
static void
on_listener(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct client_data *c = watcher->data;
	struct stssl_address from;
	int fd = passive_accept(watcher->fd, &from);

	(void)loop;
	(void)events;
	if (fd == -EAGAIN || fd == -ECONNABORTED)
		return;
	if (fd >= 0 && !stssl_address_same_ip(&from, &c->session->peer)) {
		send_away(c, fd, &from);
		return;
	}
	client_data_stop(c);
	if (fd >= 0)
		adopt(c, fd);
	else
		/* No descriptor for it: waiting would only spin. */
		fail(c, DATA_NO_CONNECTION);
	c->changed(c->owner);
}

void
client_data_init(struct client_data *c, struct session *session,
    void (*changed)(void *owner), void *owner)
{
	*c = (struct client_data){
		.session = session, .changed = changed, .owner = owner
	};
	stream_none(&c->stream);
	ev_io_init(&c->listener, on_listener, -1, EV_READ);
	c->listener.data = c;
}

int
client_data_listen(struct client_data *c, struct stssl_address *ret)
{
	const struct session *s = c->session;
	struct stssl_address at;
	int fd;

	fd = passive_listen(s->listen, &s->local, s->data.scope, &at);
	if (fd < 0)
		return fd;
	ev_io_set(&c->listener, fd, EV_READ);
	ev_io_start(s->host->loop, &c->listener);
	if (s->listen->passive_address != NULL)
		memcpy(at.ip, s->listen->passive_address->ip, sizeof at.ip);
	*ret = at;
	return 0;
}

void
client_data_target(struct client_data *c, const struct stssl_address *target)
{
	c->is_active = true;
	c->target = *target;
}

static int
connect_to_target(const struct client_data *c)
{
	uint32_t scope = c->session->data.scope;

	return scope != 0 ? socket_connect_scoped(&c->target, scope)
			  : socket_connect_inet(&c->target, &c->session->local);
}

void
client_data_begin(
    struct client_data *c, enum data_direction direction, bool secure)
{
	int fd;

	c->direction = direction;
	c->is_secure = secure;
	if (!c->is_active)
		return;
	fd = connect_to_target(c);
	if (fd >= 0)
		adopt(c, fd);
	else
		fail(c, DATA_NO_CONNECTION);
}

/* TLS */

/*
 * Does this TLS session belong to the control connection's client?  PENDING if
 * so, else what is missing.
 */
static enum data_outcome
proof(const struct client_data *c)
{
	const struct session *s = c->session;
	enum data_session mode = s->listen->data_session;

	if (mode == DATA_ANY || tls_resumes_control(c->stream.tls))
		return DATA_PENDING;
	if (mode == DATA_RESUMED)
		return DATA_NOT_RESUMED;
	if (mode == DATA_PREFER && !s->certificate.is_sent)
		return DATA_PENDING;
	if (tls_same_certificate(c->stream.tls, s->client.tls))
		return DATA_PENDING;
	return DATA_OTHER_CERTIFICATE;
}

/*
 * Downloads only: a client may change its keys in an upload (RFC 8446 section
 * 4.6.3), and only newer kernels can follow.  Where the kernel cannot, GnuTLS
 * goes on.  Said once for a session: which transfers came to it is in the
 * daemon's log.
 */
static void
offer_to_kernel(struct client_data *c)
{
	struct session *s = c->session;

	if (!s->host->kernel_tls || c->direction != DATA_DOWNLOAD ||
	    stream_to_kernel(&c->stream) < 0)
		return;
	if (!s->data.by_kernel)
		session_note(s, "data", "encrypted-by=kernel");
	s->data.by_kernel = true;
}

static void
handshake_done(struct client_data *c)
{
	const struct tls *tls = c->stream.tls;
	enum data_outcome outcome = proof(c);

	c->version = tls_version(tls);
	c->is_resumed = tls_resumes_control(tls);
	c->has_same_certificate =
	    tls_same_certificate(tls, c->session->client.tls);
	if (outcome != DATA_PENDING) {
		fail(c, outcome);
		return;
	}
	offer_to_kernel(c);
	c->state = CLIENT_DATA_UP;
}

static void
handshake(struct client_data *c)
{
	const struct session *s = c->session;

	if (c->stream.tls == NULL)
		c->stream.tls = tls_new(s->host->tls, TLS_DATA,
		    s->certificate.is_sent ? CLIENT_REQUEST : CLIENT_NONE,
		    s->tickets, c->stream.fd);
	if (c->stream.tls == NULL) {
		fail(c, DATA_NO_TLS);
		return;
	}
	switch (stream_handshake(&c->stream)) {
	case IO_OK:
		handshake_done(c);
		break;
	case IO_AGAIN:
		break;
	case IO_END:
	case IO_FAILED:
		fail(c, DATA_NO_TLS);
		break;
	}
}

void
client_data_step(struct client_data *c)
{
	int r;

	if (c->state == CLIENT_DATA_CONNECTING) {
		r = socket_connected(c->stream.fd);
		if (r == -EINPROGRESS) {
			stream_watch(&c->stream, false, true);
			return;
		}
		if (r < 0) {
			fail(c, DATA_NO_CONNECTION);
			return;
		}
		c->state =
		    c->is_secure ? CLIENT_DATA_HANDSHAKE : CLIENT_DATA_UP;
	}
	if (c->state == CLIENT_DATA_HANDSHAKE)
		handshake(c);
}
