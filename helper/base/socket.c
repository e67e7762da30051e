/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connecting without blocking, and closing without destroying.
 */
#include <config.h>
#include "helper/base/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status/tools/address.h"

#define LINGER_SECONDS 5.
/* Bytes, enough for a fast pipe: what is on its way does not count. */
#define BUFFERED (256 * 1024)
/* So many at once; the oldest has had its time. */
#define LINGERERS_MAX 256

static int
bind_source(int fd, const struct stssl_address *source)
{
	struct stssl_address a = *source;
	struct sockaddr_storage sa;
	socklen_t len;

	/* The port is chosen when connecting, so that many can share one. */
	(void)setsockopt(
	    fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){ 1 }, sizeof(int));
	a.port = 0;
	len = stssl_address_to(&a, &sa);
	return bind(fd, (struct sockaddr *)&sa, len) == -1 ? -errno : 0;
}

int
socket_connect(
    const struct backend_address *to, const struct stssl_address *source)
{
	int fd, r = 0;

	fd = socket(
	    to->u.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	if (source != NULL)
		r = bind_source(fd, source);
	if (r == 0 && connect(fd, &to->u.sa, to->len) == -1 &&
	    errno != EINPROGRESS)
		r = -errno;
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	socket_no_delay(fd);
	return fd;
}

int
socket_connect_inet(
    const struct stssl_address *to, const struct stssl_address *source)
{
	struct backend_address address;

	memset(&address, 0, sizeof address);
	address.len = stssl_address_to(to, &address.u.inet);
	return socket_connect(&address, source);
}

uint32_t
socket_scope(int fd)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_UNSPEC };
	socklen_t len = sizeof in6;

	if (getsockname(fd, (struct sockaddr *)&in6, &len) == -1 ||
	    in6.sin6_family != AF_INET6)
		return 0;
	return in6.sin6_scope_id;
}

int
socket_connect_scoped(const struct stssl_address *to, uint32_t scope)
{
	struct backend_address address;

	memset(&address, 0, sizeof address);
	address.len = stssl_address_to_scoped(to, scope, &address.u.inet);
	return socket_connect(&address, NULL);
}

int
socket_connected(int fd, struct stssl_address *ret_peer)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t peer_len = sizeof peer;
	int error = 0;
	socklen_t len = sizeof error;

	if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0) {
		if (ret_peer == NULL)
			return 0;
		memset(ret_peer, 0, sizeof *ret_peer);
		(void)stssl_address_from(&peer, ret_peer);
		return 0;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return -errno;
	return error != 0 ? -error : -EINPROGRESS;
}

bool
socket_is_quiet(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == -1 &&
	       errno == EAGAIN;
}

void
socket_no_delay(int fd)
{
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

void
socket_keep_alive(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 300 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 60 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 5 },
	};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		(void)setsockopt(fd, options[i].level, options[i].name,
		    &options[i].value, sizeof options[i].value);
}

void
socket_bound_input(int fd)
{
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVBUF, &(int){ BUFFERED }, sizeof(int));
}

void
socket_bound_output(int fd)
{
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &(int){ BUFFERED },
	    sizeof(int));
}

void
socket_inline_urgent(int fd)
{
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_OOBINLINE, &(int){ 1 }, sizeof(int));
}

void
socket_acknowledge(int fd)
{
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int));
}

/* Lingering */

struct lingerer {
	struct ev_io watcher;
	struct ev_timer timer;
	TAILQ_ENTRY(lingerer) entry;
};

TAILQ_HEAD(linger_list, lingerer);
static struct linger_list lingerers = TAILQ_HEAD_INITIALIZER(lingerers);
static unsigned lingerer_count;

static void
end(struct ev_loop *loop, struct lingerer *l)
{
	ev_io_stop(loop, &l->watcher);
	ev_timer_stop(loop, &l->timer);
	(void)close(l->watcher.fd);
	TAILQ_REMOVE(&lingerers, l, entry);
	lingerer_count--;
	free(l);
}

static void
on_readable(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	char discard[16384];
	ssize_t n = recv(watcher->fd, discard, sizeof discard, 0);

	(void)events;
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		end(loop, watcher->data);
}

static void
on_timeout(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)events;
	end(loop, timer->data);
}

void
socket_linger(struct ev_loop *loop, int fd)
{
	struct lingerer *l;

	if (fd == -1)
		return;
	l = calloc(1, sizeof *l);
	if (l == NULL) {
		(void)close(fd);
		return;
	}
	if (lingerer_count == LINGERERS_MAX)
		end(loop, TAILQ_FIRST(&lingerers));
	TAILQ_INSERT_TAIL(&lingerers, l, entry);
	lingerer_count++;
	ev_io_init(&l->watcher, on_readable, fd, EV_READ);
	ev_timer_init(&l->timer, on_timeout, LINGER_SECONDS, 0.);
	l->watcher.data = l->timer.data = l;
	ev_io_start(loop, &l->watcher);
	ev_timer_start(loop, &l->timer);
}

void
socket_linger_done(struct ev_loop *loop)
{
	while (!TAILQ_EMPTY(&lingerers))
		end(loop, TAILQ_FIRST(&lingerers));
}
