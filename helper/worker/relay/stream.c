/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hides from relays and protocols whether bytes go through TLS, and which
 * readiness TLS needs before it can go on.
 */
#include <config.h>
#include "helper/worker/relay/stream.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/socket.h"

static void
on_ready(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct stream *s = watcher->data;

	(void)loop;
	if ((events & EV_READ) != 0)
		s->is_dry = false;
	s->ready(s->owner);
}

void
stream_init(struct stream *s, struct ev_loop *loop, int fd,
    void (*ready)(void *owner), void *owner)
{
	*s = (struct stream){ .fd = fd,
		.loop = loop,
		.ready = ready,
		.owner = owner,
		.read_needs = EV_READ,
		.write_needs = EV_WRITE };
	ev_io_init(&s->watcher, on_ready, fd, 0);
	s->watcher.data = s;
}

static void
reset_on_close(const struct stream *s, bool reset)
{
	const struct linger linger = { .l_onoff = reset, .l_linger = 0 };

	(void)setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

void
stream_guard(struct stream *s)
{
	s->is_guarded = true;
	reset_on_close(s, true);
}

void
stream_none(struct stream *s)
{
	*s = (struct stream){ .fd = -1 };
}

bool
stream_is_open(const struct stream *s)
{
	return s->fd != -1;
}

static enum io_result
tls_io(enum tls_result r, int *needs, int usual)
{
	switch (r) {
	case TLS_DONE:
		*needs = usual;
		return IO_OK;
	case TLS_WANT_READ:
		*needs = EV_READ;
		return IO_AGAIN;
	case TLS_WANT_WRITE:
		*needs = EV_WRITE;
		return IO_AGAIN;
	case TLS_CLOSED:
		return IO_END;
	case TLS_FAILED:
		break;
	}
	return IO_FAILED;
}

enum io_result
stream_errno(void)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return IO_AGAIN;
	return IO_FAILED;
}

void
stream_await(struct stream *s)
{
	s->is_dry = true;
}

static enum io_result
read_tls(struct stream *s, void *buf, size_t size, size_t *ret_n)
{
	enum io_result r =
	    tls_io(tls_read(s->tls, buf, size, ret_n), &s->read_needs, EV_READ);

	/* After an end, or a failure, the next call says it again. */
	s->is_dry = (r == IO_OK || r == IO_AGAIN) && tls_is_dry(s->tls);
	return r;
}

/* A socket that gives less than it was asked for is empty. */
static enum io_result
read_clear(struct stream *s, void *buf, size_t size, size_t *ret_n)
{
	ssize_t n = recv(s->fd, buf, size, MSG_DONTWAIT);

	s->is_dry = n == -1 ? errno == EAGAIN : n > 0 && (size_t)n < size;
	if (n == -1)
		return stream_errno();
	if (n == 0)
		return IO_END;
	*ret_n = (size_t)n;
	return IO_OK;
}

enum io_result
stream_read(struct stream *s, void *buf, size_t size, size_t *ret_n)
{
	enum io_result r;

	/* The kernel does not say where a record of another kind begins. */
	if (s->receiver.is_on)
		return IO_FAILED;
	if (s->is_dry && (s->tls == NULL || !tls_pending(s->tls)))
		return IO_AGAIN;
	r = s->tls != NULL ? read_tls(s, buf, size, ret_n)
			   : read_clear(s, buf, size, ret_n);
	if (r == IO_OK)
		s->bytes_in += *ret_n;
	return r;
}

enum io_result
stream_write(struct stream *s, const void *buf, size_t len, size_t *ret_n)
{
	ssize_t n;

	if (s->tls != NULL && !s->kernel.is_on) {
		enum io_result r = tls_io(tls_write(s->tls, buf, len, ret_n),
		    &s->write_needs, EV_WRITE);
		if (r == IO_OK)
			s->bytes_out += *ret_n;
		return r == IO_END ? IO_FAILED : r;
	}
	n = send(s->fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n == -1)
		return stream_errno();
	*ret_n = (size_t)n;
	s->bytes_out += *ret_n;
	return IO_OK;
}

enum io_result
stream_drain(struct stream *s, struct buffer *b)
{
	while (buffer_len(b) > 0) {
		size_t n = 0;
		enum io_result r =
		    stream_write(s, b->bytes + b->start, b->end - b->start, &n);

		if (r != IO_OK)
			return r;
		b->start += n;
	}
	return IO_OK;
}

/* close_notify, by GnuTLS or by the kernel. */
static enum io_result
end_tls(struct stream *s)
{
	int r;

	if (s->tls == NULL)
		return IO_OK;
	if (!s->kernel.is_on)
		return tls_io(tls_bye(s->tls), &s->write_needs, EV_WRITE);
	r = ktls_end(&s->kernel, s->fd, s->bytes_out);
	if (r == -EAGAIN)
		return IO_AGAIN;
	return r == 0 ? IO_OK : IO_FAILED;
}

enum io_result
stream_end(struct stream *s)
{
	enum io_result r = end_tls(s);

	if (r != IO_OK)
		return r;
	if (shutdown(s->fd, SHUT_WR) == -1)
		return IO_FAILED;
	if (s->is_guarded)
		reset_on_close(s, false);
	s->is_guarded = false;
	return IO_OK;
}

bool
stream_has_unsent(const struct stream *s)
{
	int bytes = 0;

	return s->fd != -1 && ioctl(s->fd, SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

void
stream_watch(struct stream *s, bool reading, bool writing)
{
	int events =
	    (reading ? s->read_needs : 0) | (writing ? s->write_needs : 0);

	if (s->fd == -1)
		return;
	if (!ev_is_active(&s->watcher) ||
	    (s->watcher.events & (EV_READ | EV_WRITE)) != events) {
		ev_io_stop(s->loop, &s->watcher);
		ev_io_set(&s->watcher, s->fd, events);
		if (events != 0)
			ev_io_start(s->loop, &s->watcher);
	}
	/* Bytes that TLS has read ahead do not make the socket readable. */
	if (reading && s->tls != NULL && tls_pending(s->tls))
		ev_feed_event(s->loop, &s->watcher, EV_READ);
}

enum io_result
stream_handshake(struct stream *s)
{
	enum tls_result r = tls_handshake(s->tls);

	/* Most clients go on at once. */
	s->is_dry = false;
	if (r == TLS_DONE)
		return IO_OK;
	if (r != TLS_WANT_READ && r != TLS_WANT_WRITE)
		return IO_FAILED;
	stream_watch(s, r == TLS_WANT_READ, r == TLS_WANT_WRITE);
	return IO_AGAIN;
}

void
stream_wake(struct stream *s)
{
	if (s->fd != -1)
		ev_feed_event(s->loop, &s->watcher, EV_CUSTOM);
}

/* The socket, which is the caller's from now on; -1 when there was none. */
static int
detach(struct stream *s)
{
	int fd = s->fd;

	if (fd == -1)
		return -1;
	ev_io_stop(s->loop, &s->watcher);
	ktls_receive_done(&s->receiver);
	s->tls = tls_free(s->tls);
	s->fd = -1;
	return fd;
}

void
stream_linger(struct stream *s)
{
	socket_linger(s->loop, detach(s));
}

enum io_result
stream_finish(struct stream *s)
{
	enum io_result r = stream_end(s);

	if (r == IO_OK)
		stream_linger(s);
	return r;
}

/* A reset would take the alert away from the peer. */
static void
close_after_alert(struct stream *s)
{
	reset_on_close(s, false);
	(void)shutdown(s->fd, SHUT_WR);
	stream_linger(s);
}

void
stream_close(struct stream *s)
{
	int fd;

	if (s->tls != NULL && tls_has_alerted(s->tls)) {
		close_after_alert(s);
		return;
	}
	fd = detach(s);
	if (fd != -1)
		(void)close(fd);
}

void
stream_reset(struct stream *s)
{
	if (s->fd != -1 && !s->is_guarded)
		reset_on_close(s, true);
	stream_close(s);
}
