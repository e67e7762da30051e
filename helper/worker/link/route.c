/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes the bytes of a route, which may come one by one, and leaves TLS's where
 * they are.
 */
#include <config.h>
#include "helper/worker/link/route.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/worker/session.h"

static enum route_result
fail(struct session *s, const char *why)
{
	session_note(s, "link", why);
	session_end(s);
	return ROUTE_OVER;
}

/* What recv(2) has said, when it was no byte. */
static enum route_result
nothing_came(struct session *s, ssize_t n)
{
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		return fail(s, "failed: it ends before TLS");
	stream_watch(&s->client, true, false);
	return ROUTE_AWAITED;
}

static enum route_result
pass_on(struct session *s)
{
	uint64_t to;

	if (!link_route_read(s->route.bytes, &to)) {
		host_failed(s, PENALTY_HANDSHAKE_FAILED);
		return fail(s, "failed: neither TLS nor data");
	}
	stream_watch(&s->client, false, false);
	host_route(s, to);
	session_end(s);
	return ROUTE_OVER;
}

enum route_result
link_route(struct session *s)
{
	uint8_t first = LINK_ROUTE_FIRST;
	ssize_t n = 1;

	if (s->route.len == 0)
		n = recv(s->client.fd, &first, 1, MSG_PEEK);
	if (n <= 0)
		return nothing_came(s, n);
	if (s->route.len == 0 && first != LINK_ROUTE_FIRST)
		return ROUTE_NONE;
	while (s->route.len < sizeof s->route.bytes) {
		n = recv(s->client.fd, s->route.bytes + s->route.len,
		    sizeof s->route.bytes - s->route.len, 0);
		if (n <= 0)
			return nothing_came(s, n);
		s->route.len += (size_t)n;
	}
	return pass_on(s);
}

void
session_data(struct session *s, int fd)
{
	if (s->state == SESSION_OPEN && session_is_from_link(s) &&
	    s->protocol->data != NULL)
		s->protocol->data(s, fd);
	else
		(void)close(fd);
}
