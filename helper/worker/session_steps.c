/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The steps of a session: TLS, the backend.  One order is kept here and
 * nowhere else: the record is published before anything is forwarded on the
 * backend connection that it describes.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include <errno.h>
#include <stdio.h>

#include "helper/base/log.h"
#include "helper/base/socket.h"
#include "helper/worker/link/edge.h"
#include "helper/worker/link/route.h"
#include "helper/worker/link/server.h"
#include "helper/worker/proxy/announce.h"
#include "helper/worker/tls/tls_trust.h"

/* Absolute: progress does not extend it. */
#define CONNECT_SECONDS 10.

static void
give_up(struct session *s, int r, const char *why)
{
	char who[SESSION_LABEL];

	log_errno(r, "%s %s", session_label(s, who), why);
	if (session_can_be_told(s))
		session_refuse(s, "The service is not available.");
	session_end(s);
}

/* " 127.0.0.1:221"; "" behind a link, whose Servers have lines of their own. */
static const char *
backend_text(const struct backend_address *backend,
    char buf[static STSSL_ADDRESS_TEXT + 1])
{
	struct stssl_address address;

	buf[0] = '\0';
	if (backend->len > 0 &&
	    stssl_address_from(&backend->u.inet, &address) == 0) {
		buf[0] = ' ';
		(void)stssl_address_format(&address, buf + 1);
	}
	return buf;
}

void
session_give_up_backend(struct session *s, int r)
{
	char why[STSSL_ADDRESS_TEXT + 32], address[STSSL_ADDRESS_TEXT + 1];

	host_unreachable(s);
	(void)snprintf(why, sizeof why, "backend%s unreachable",
	    backend_text(&s->listen->backend, address));
	give_up(s, r, why);
}

void
session_open(struct session *s)
{
	uint8_t announcement[PROXY_ANNOUNCE_MAX];
	size_t len;
	int r;

	ev_timer_stop(s->host->loop, &s->deadline);
	len = session_announcement(s, announcement);
	r = session_publish(s);
	if (r == 0)
		r = session_announce(s, announcement, len);
	if (r == 0)
		r = s->protocol->open(s);
	if (r < 0) {
		give_up(s, r, "cannot be opened");
		return;
	}
	s->state = SESSION_OPEN;
	if (!s->protocol->has_login_deadline)
		session_welcome(s);
	s->protocol->run(s);
}

static void
step_connect(struct session *s)
{
	int r = socket_connected(s->backend.fd, &s->to_backend.peer);

	if (r == 0)
		session_open(s);
	else if (r != -EINPROGRESS)
		session_give_up_backend(s, r);
}

/* True when that connection is as it was left before the handshake. */
static bool
is_kept(const struct session *s)
{
	return stream_is_open(&s->backend) && socket_is_quiet(s->backend.fd);
}

/* From an address that no other connection ever has, if that is wanted. */
static int
dial_backend(struct session *s)
{
	const struct stssl_address *source = NULL;

	if (s->listen->per_session) {
		if (s->connects == MESSAGE_SOURCES)
			return -EADDRNOTAVAIL;
		source = &s->sources[s->connects++];
		if (!stssl_address_is_source(source))
			return -EADDRNOTAVAIL;
	}
	return socket_connect(&s->listen->backend, source);
}

void
session_connect(struct session *s)
{
	int fd;

	s->keeps_backend = is_kept(s);
	if (s->keeps_backend) {
		s->state = SESSION_CONNECT;
		step_connect(s);
		return;
	}
	session_close_backend(s);
	fd = dial_backend(s);
	if (fd < 0) {
		session_give_up_backend(s, fd);
		return;
	}
	stream_init(&s->backend, s->host->loop, fd, session_on_stream, s);
	stream_await(&s->backend);
	s->state = SESSION_CONNECT;
	/* One on this machine has it at once. */
	step_connect(s);
	if (s->state != SESSION_CONNECT)
		return;
	stream_watch(&s->client, false, false);
	stream_watch(&s->backend, false, true);
	session_set_deadline(s, CONNECT_SECONDS);
}

/* True when the listener can do with the certificate, or without it. */
static bool
certificate_will_do(const struct session *s)
{
	return s->listen->client_certificate != CLIENT_REQUIRE ||
	       (s->certificate.is_sent &&
		   s->certificate.failure == STSSL_FAILURE_NONE);
}

static void
refuse_certificate(struct session *s)
{
	/* What could not be found out is not the client's fault. */
	if (s->certificate.failure != STSSL_FAILURE_CRL_STALE &&
	    s->certificate.failure != STSSL_FAILURE_UNPROVEN)
		host_failed(s, PENALTY_HANDSHAKE_FAILED);
	/* The TLS that there is here is not the client's. */
	if (session_is_from_link(s))
		session_refuse(s, "A good certificate is required.");
	else
		tls_refuse_certificate(s->client.tls);
	session_end(s);
}

void
session_admit(struct session *s)
{
	session_log_handshake(s);
	session_forget_subject(s);
	if (!certificate_will_do(s))
		refuse_certificate(s);
	else if (session_is_to_link(s))
		link_edge_tell(s);
	else
		session_connect(s);
}

/* TLS stands: the same way for new and for resumed sessions. */
static void
handshake_done(struct session *s)
{
	int r;

	if (session_is_from_link(s)) {
		link_server_greet(s);
		return;
	}
	r = session_describe(s);
	if (r == 0 && session_is_to_link(s))
		r = link_edge_keep_proof(s);
	if (r < 0)
		session_lack_record(s, r);
	else if (s->certificate.is_sent)
		session_begin_proof(s);
	else
		session_admit(s);
}

static void
step_handshake(struct session *s)
{
	char who[SESSION_LABEL], why[TLS_LINK_FAULT];

	switch (stream_handshake(&s->client)) {
	case IO_OK:
		handshake_done(s);
		break;
	case IO_AGAIN:
		break;
	case IO_END:
	case IO_FAILED:
		if (session_is_from_link(s))
			log_info("link %s failed: %s", session_label(s, who),
			    tls_link_fault(s->client.tls, why));
		else
			log_info("tls %s failed: %s", session_label(s, who),
			    tls_error(s->client.tls));
		if (tls_is_peers_fault(s->client.tls))
			host_failed(s, PENALTY_HANDSHAKE_FAILED);
		session_end(s);
		break;
	}
}

int
session_prepare_tls(struct session *s)
{
	const struct protocol *protocol = s->protocol;
	struct tls_tickets *tickets = s->host->tickets;

	/* A key of its own, so that resuming proves to be the same client. */
	if (protocol->tls_use == TLS_CONTROL)
		tickets = s->tickets = tls_tickets_new();
	if (tickets != NULL)
		s->prepared = tls_new(s->host->tls, protocol->tls_use,
		    s->listen->client_certificate, tickets, s->client.fd);
	if (s->prepared == NULL ||
	    (protocol->alpn != NULL &&
		tls_require_alpn(s->prepared, protocol->alpn) < 0)) {
		s->prepared = tls_free(s->prepared);
		s->tickets = tls_tickets_free(s->tickets);
		return -ENOMEM;
	}
	if (s->listen->refuse_unknown_name)
		tls_refuse_unknown_name(s->prepared);
	return 0;
}

void
session_start_tls(struct session *s)
{
	/* One that was told that it is in clear has to be told anew. */
	bool keep =
	    !session_is_to_link(s) && s->listen->send_proxy == SEND_PROXY_OFF &&
	    s->protocol->is_untouched != NULL && s->protocol->is_untouched(s);

	s->protocol->close(s);
	if (keep)
		stream_watch(&s->backend, false, false);
	else
		session_close_backend(s);
	s->client.tls = s->prepared;
	s->prepared = NULL;
	if (session_is_to_link(s))
		link_edge_dial(s);
	else
		session_shake_hands(s);
}

void
session_shake_hands(struct session *s)
{
	s->state = SESSION_HANDSHAKE;
	session_set_deadline(s, s->listen->handshake_seconds);
	step_handshake(s);
}

static void
start_in_clear(struct session *s)
{
	if (session_describe(s) < 0)
		session_end(s);
	else if (session_is_to_link(s))
		link_edge_dial(s);
	else
		session_connect(s);
}

/* Edges bring sessions, and their data. */
static void
step_route(struct session *s)
{
	if (link_route(s) != ROUTE_NONE)
		return;
	if (link_server_prepare(s) == 0)
		session_shake_hands(s);
	else
		session_end(s);
}

static void
start_route(struct session *s)
{
	s->state = SESSION_ROUTE;
	session_set_deadline(s, s->listen->handshake_seconds);
	step_route(s);
}

static void
step_start(struct session *s)
{
	if (s->listen->tls == LISTEN_EXPLICIT)
		start_in_clear(s);
	else if (s->listen->tls == LISTEN_IMPLICIT &&
		 session_prepare_tls(s) == 0)
		session_start_tls(s);
	else if (s->listen->tls == LISTEN_LINK)
		start_route(s);
	else
		session_end(s);
}

static void
step_open(struct session *s)
{
	s->protocol->run(s);
}

/* The monitor's answer comes by session_admitted(). */
static void
step_admission(struct session *s)
{
	(void)s;
}

static void (*const steps[])(struct session *) = {
	[SESSION_HEADER] = session_step_header,
	[SESSION_ADMISSION] = step_admission,
	[SESSION_START] = step_start,
	[SESSION_ROUTE] = step_route,
	[SESSION_DIAL_LINK] = link_edge_step_dial,
	[SESSION_HANDSHAKE] = step_handshake,
	[SESSION_GREET] = link_server_step,
	[SESSION_PROVE] = session_step_proof,
	[SESSION_CHECK] = session_step_check,
	[SESSION_CONNECT] = step_connect,
	[SESSION_TELL] = link_edge_step_tell,
	[SESSION_OPEN] = step_open,
};

void
session_step(struct session *s)
{
	steps[s->state](s);
}
