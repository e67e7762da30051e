/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The protocol of PostgreSQL, as far as TLS is concerned: a client may ask for
 * it by the first thing that it says ("SSL Session Encryption" in PostgreSQL's
 * manual), or begin with it.  Behind that, and in clear, bytes only go through.
 * No more is read than these eight bytes, so that nothing that came in clear is
 * left in a buffer when TLS begins.
 */
#include <config.h>
#include "helper/worker/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "helper/base/buffer.h"

/* Length and code, in network order. */
#define REQUEST_BYTES 8
static const uint8_t ssl_request[REQUEST_BYTES] = { 0, 0, 0, 8, 0x04, 0xd2,
	0x16, 0x2f };
static const uint8_t gss_request[REQUEST_BYTES] = { 0, 0, 0, 8, 0x04, 0xd2,
	0x16, 0x30 };

/* How a TLS record with a handshake begins, and no message in clear. */
#define TLS_HANDSHAKE 0x16

/* What was read in clear. */
struct prelude {
	uint8_t bytes[REQUEST_BYTES];
	size_t len;
	bool gss_is_answered;
};

static int
postgresql_open(struct session *s)
{
	s->protocol_state = calloc(1, sizeof(struct prelude));
	return s->protocol_state == NULL ? -ENOMEM : 0;
}

static void
postgresql_close(struct session *s)
{
	free(s->protocol_state);
	s->protocol_state = NULL;
}

/* The backend gets all, as it came: who logs in is known to it alone. */
static void
pass_on(struct session *s, const struct prelude *p)
{
	struct buffer *first = NULL;

	if (p->len > 0) {
		first = buffer_take(BUFFER_RELAY);
		if (first == NULL) {
			session_break(s);
			return;
		}
		memcpy(first->bytes, p->bytes, p->len);
		first->end = p->len;
	}
	session_unlimit(s);
	session_welcome(s);
	session_tunnel(s, first, NULL);
}

/* False when TLS cannot be had: no key, no memory. */
static bool
prepare_tls(struct session *s)
{
	return tls_context_can_sign(s->host->tls) &&
	       session_prepare_tls(s) == 0;
}

/* What the client's socket holds, as recv(2): 1 and *ret for a byte. */
static ssize_t
peek(const struct session *s, uint8_t *ret)
{
	return recv(s->client.fd, ret, 1, MSG_PEEK | MSG_DONTWAIT);
}

/*
 * True when the client waits for the answer to its request.  What it says
 * before could not be told from what it says inside TLS (CVE-2021-23222).
 */
static bool
is_waiting(const struct session *s)
{
	uint8_t more;

	if (peek(s, &more) != 1)
		return true;
	session_note(s, "ended", "clear-bytes");
	return false;
}

static bool
say(struct session *s, char letter)
{
	size_t n;

	return stream_write(&s->client, &letter, 1, &n) == IO_OK;
}

static void
grant_tls(struct session *s)
{
	if (is_waiting(s) && prepare_tls(s) && say(s, 'S'))
		session_start_tls(s);
	else
		session_break(s);
}

static void
deny_gss(struct session *s, struct prelude *p)
{
	p->gss_is_answered = true;
	p->len = 0;
	if (is_waiting(s) && say(s, 'N'))
		stream_watch(&s->client, true, false);
	else
		session_break(s);
}

/* The first bytes of a message have come. */
static void
judge(struct session *s, struct prelude *p)
{
	if (memcmp(p->bytes, ssl_request, REQUEST_BYTES) == 0)
		grant_tls(s);
	else if (!p->gss_is_answered &&
		 memcmp(p->bytes, gss_request, REQUEST_BYTES) == 0)
		deny_gss(s, p);
	else
		pass_on(s, p);
}

static void
postgresql_run(struct session *s)
{
	struct prelude *p = s->protocol_state;
	enum io_result r;
	uint8_t first;
	size_t n;

	if (s->client.tls != NULL) {
		pass_on(s, p);
		return;
	}
	if (p->len == 0 && peek(s, &first) == 1 && first == TLS_HANDSHAKE) {
		if (prepare_tls(s))
			session_start_tls(s);
		else
			session_break(s);
		return;
	}
	r = stream_read(
	    &s->client, p->bytes + p->len, REQUEST_BYTES - p->len, &n);
	if (r == IO_OK)
		p->len += n;
	if (r == IO_OK && p->len == REQUEST_BYTES)
		judge(s, p);
	else if (r == IO_OK || r == IO_AGAIN)
		stream_watch(&s->client, true, false);
	else
		session_break(s);
}

/* The backend has heard nothing, and says nothing before it does. */
static bool
postgresql_is_untouched(const struct session *s)
{
	(void)s;
	return true;
}

static bool
postgresql_awaits_client(const struct session *s)
{
	(void)s;
	return true;
}

static bool
postgresql_is_busy(const struct session *s)
{
	(void)s;
	return false;
}

const struct protocol postgresql_protocol = {
	.has_login_deadline = true,
	.tls_use = TLS_SINGLE,
	.alpn = "postgresql",
	.open = postgresql_open,
	.run = postgresql_run,
	.is_untouched = postgresql_is_untouched,
	.close = postgresql_close,
	.awaits_client = postgresql_awaits_client,
	.is_busy = postgresql_is_busy,
};
