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
#include "helper/worker/link/server.h"
#include "helper/worker/session.h"
#include "helper/worker/tls/tls_link.h"
#include "status/address.h"

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
	c->is_offered = false;
	proxy_reader_done(&c->proxy);
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

/* What comes from a proxy */

/* Go on waiting for the client. */
static void
send_proxied_away(struct client_data *c, const struct proxy_header *header)
{
	struct stssl_connection own = { .netns = 0 };

	(void)stssl_connection_of(c->stream.fd, &own);
	if (!c->had_foreign)
		session_note_stranger(c->session, "foreign",
		    header->is_own ? &own.peer : &header->source);
	c->had_foreign = true;
	proxy_reader_done(&c->proxy);
	stream_close(&c->stream);
	c->state = CLIENT_DATA_NONE;
	ev_io_start(c->session->host->loop, &c->listener);
}

static void
on_proxied(void *owner)
{
	struct client_data *c = owner;
	const struct stssl_address *client = &c->session->peer;
	struct proxy_header header = { .is_own = true };
	bool is_done;
	enum proxy_fault fault =
	    proxy_read(&c->proxy, c->stream.fd, &is_done, &header);
	int fd = c->stream.fd;

	if (fault == PROXY_NONE && !is_done) {
		stream_watch(&c->stream, true, false);
	} else if (fault != PROXY_NONE || header.is_own ||
		   !stssl_address_same_ip(&header.source, client)) {
		send_proxied_away(c, &header);
	} else {
		stream_watch(&c->stream, false, false);
		client_data_stop(c);
		adopt(c, fd);
		c->changed(c->owner);
	}
}

/* Nobody else is listened to while it says whose connection it is. */
static void
await_header(struct client_data *c, int fd)
{
	struct ev_loop *loop = c->session->host->loop;

	ev_io_stop(loop, &c->listener);
	stream_init(&c->stream, loop, fd, on_proxied, c);
	c->state = CLIENT_DATA_HEADER;
	on_proxied(c);
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
	if (fd >= 0 && networks_has(&c->session->listen->proxies, &from)) {
		await_header(c, fd);
		return;
	}
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

	fd = passive_listen(s->listen, &s->bound, s->data.scope, &at);
	if (fd < 0)
		return fd;
	ev_io_set(&c->listener, fd, EV_READ);
	ev_io_start(s->host->loop, &c->listener);
	memcpy(at.ip,
	    s->listen->passive_address != NULL ? s->listen->passive_address->ip
					       : s->local.ip,
	    sizeof at.ip);
	*ret = at;
	return 0;
}

/* From an Edge */

struct stssl_address
client_data_offer(struct client_data *c)
{
	c->is_offered = true;
	return c->session->bound;
}

/* From where the link comes; who it is is what TLS shows. */
static bool
is_edge(const struct client_data *c, int fd)
{
	struct stssl_connection data;

	return stssl_connection_of(fd, &data) == 0 &&
	       stssl_address_same_ip(&data.peer, link_server_edge(c->session));
}

bool
client_data_take(struct client_data *c, int fd)
{
	if (!c->is_offered || !is_edge(c, fd))
		return false;
	c->is_offered = false;
	adopt(c, fd);
	/* Not at once: another session may be what is listening just now. */
	stream_wake(&c->stream);
	return true;
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
	const struct session *s = c->session;
	bool is_same_family = stssl_address_is_ipv4(&c->target) ==
			      stssl_address_is_ipv4(&s->bound);

	/* Past the proxy, whose connection to us may be of another kind. */
	if (s->is_proxied && (s->data.scope != 0 || !is_same_family))
		return socket_connect_inet(&c->target, NULL);
	return s->data.scope != 0
		   ? socket_connect_scoped(&c->target, s->data.scope)
		   : socket_connect_inet(&c->target, &s->bound);
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
 * so, else what is missing.  With an Edge there would be no TLS if it did not
 * resume the link: tls_link_accept_data().
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
 * Said once for a session: which transfers came to it is in the daemon's log.
 */
static void
note_kernel(struct session *s, bool *is_noted, const char *what)
{
	if (!*is_noted)
		session_note(s, "data", what);
	*is_noted = true;
}

/* Where the kernel cannot, GnuTLS goes on. */
static void
offer_download(struct client_data *c)
{
	struct session *s = c->session;

	if (s->host->kernel_tls && c->direction == DATA_DOWNLOAD &&
	    stream_to_kernel(&c->stream) == 0)
		note_kernel(s, &s->data.is_encrypted, "encrypted-by=kernel");
}

void
client_data_relays(struct client_data *c)
{
	struct session *s = c->session;

	if (c->stream.receiver.is_on)
		note_kernel(s, &s->data.is_decrypted, "decrypted-by=kernel");
	else if (c->stream.tls != NULL)
		tls_forget_secret(c->stream.tls);
}

static void
handshake_done(struct client_data *c)
{
	const struct tls *tls = c->stream.tls;
	enum data_outcome outcome = proof(c);

	c->version = tls_version(tls);
	c->is_resumed = tls_resumes_control(tls);
	c->has_same_certificate =
	    !session_is_from_link(c->session) &&
	    tls_same_certificate(tls, c->session->client.tls);
	if (outcome != DATA_PENDING) {
		fail(c, outcome);
		return;
	}
	offer_download(c);
	c->state = CLIENT_DATA_UP;
}

static struct tls *
begin_tls(const struct client_data *c)
{
	const struct session *s = c->session;

	if (session_is_from_link(s))
		return tls_link_accept_data(
		    s->host->tls, s->tickets, c->stream.fd);
	return tls_new(s->host->tls, TLS_DATA,
	    s->certificate.is_sent ? CLIENT_REQUEST : CLIENT_NONE, s->tickets,
	    c->stream.fd);
}

/*
 * A client may change its keys in an upload (RFC 8446 section 4.6.3), and only
 * newer kernels can follow.
 */
static void
start_tls(struct client_data *c)
{
	c->stream.tls = begin_tls(c);
	if (c->stream.tls != NULL && c->direction == DATA_UPLOAD &&
	    c->session->host->kernel_uploads)
		tls_keep_secret(c->stream.tls);
}

static void
handshake(struct client_data *c)
{
	if (c->stream.tls == NULL)
		start_tls(c);
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
		r = socket_connected(c->stream.fd, NULL);
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
