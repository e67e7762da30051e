/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sessions of clients that come through a proxy: the header of PROXY comes
 * before everything else, and from then on the client is whom it names.  And
 * backends to which the helper itself is such a proxy.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include <errno.h>
#include <stdio.h>

#include "helper/base/log.h"
#include "helper/worker/proxy/announce.h"
#include "status/address.h"

bool
session_is_possible(const struct session *s, const struct stssl_address *client)
{
	return !stssl_address_is_loopback(client) ||
	       stssl_address_is_loopback(&s->peer) ||
	       stssl_address_same_ip(&s->peer, &s->bound);
}

static void
introduce(struct session *s, const struct proxy_header *header)
{
	if (!header->is_own) {
		s->peer = header->source;
		s->local = header->destination;
	}
	s->state = SESSION_ADMISSION;
	stream_watch(&s->client, false, false);
	host_introduce(s, PROXY_NONE, header->is_own ? NULL : &s->peer);
}

void
session_step_header(struct session *s)
{
	struct proxy_header header;
	bool is_done;
	enum proxy_fault fault =
	    proxy_read(&s->proxy, s->client.fd, &is_done, &header);

	if (fault == PROXY_NONE && !is_done) {
		stream_watch(&s->client, true, false);
		return;
	}
	proxy_reader_done(&s->proxy);
	if (fault == PROXY_NONE && !header.is_own &&
	    !session_is_possible(s, &header.source))
		fault = PROXY_ADDRESS;
	if (fault == PROXY_NONE) {
		introduce(s, &header);
		return;
	}
	host_introduce(s, fault, NULL);
	session_end(s);
}

void
session_lack_header(struct session *s)
{
	if (s->state == SESSION_HEADER)
		host_introduce(s, PROXY_TIMEOUT, NULL);
	else
		log_warning("the monitor does not answer");
}

/* Whom it came from, for the log. */
static void
note_proxy(const struct session *s)
{
	char what[STSSL_ADDRESS_TEXT + 8], text[STSSL_ADDRESS_TEXT];
	struct stssl_connection c;

	if (stssl_connection_of(s->client.fd, &c) < 0)
		return;
	(void)snprintf(
	    what, sizeof what, "proxy=%s", stssl_address_format(&c.peer, text));
	session_note(s, "proxied", what);
}

void
session_admitted(struct session *s)
{
	if (s->state != SESSION_ADMISSION)
		return;
	s->is_unknown = false;
	note_proxy(s);
	ev_timer_stop(s->host->loop, &s->deadline);
	s->state = SESSION_START;
	/* Not at once: another session may be what is listening just now. */
	stream_wake(&s->client);
}

/* To the backend */

static bool
is_verified(const struct session *s)
{
	return s->certificate.is_proven &&
	       s->certificate.failure == STSSL_FAILURE_NONE;
}

size_t
session_announcement(const struct session *s, uint8_t *ret)
{
	const struct stssl_record *r = &s->record;
	struct proxy_announcement a = { .source = &s->peer,
		.destination = &s->local };

	if (s->listen->send_proxy == SEND_PROXY_OFF)
		return 0;
	if (session_is_secure(s)) {
		a.version = stssl_record_get(r, STSSL_KEY_SSL_PROTOCOL);
		a.cipher = stssl_record_get(r, STSSL_KEY_SSL_CIPHER);
		a.has_certificate = s->certificate.is_sent;
		a.is_resumed = session_is_resumed(s);
		a.is_verified = is_verified(s);
		a.name = s->proof.name;
	}
	return proxy_announce(&a, ret);
}

/* A connection that has just been made has room for it. */
int
session_announce(struct session *s, const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	if (len == 0 ||
	    (stream_write(&s->backend, bytes, len, &n) == IO_OK && n == len))
		return 0;
	return -EPIPE;
}
