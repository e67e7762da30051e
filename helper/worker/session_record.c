/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The record of a session, and its lines in the log.  One order is kept here
 * and nowhere else: a record is withdrawn before the backend connection that it
 * describes is closed.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "helper/base/log.h"
#include "helper/worker/link/server.h"
#include "status/quote.h"
#include "status/tools/address.h"
#include "status/tools/words.h"

/* The link */

bool
session_is_from_link(const struct session *s)
{
	return s->listen->tls == LISTEN_LINK;
}

bool
session_is_to_link(const struct session *s)
{
	return s->listen->link_to.count > 0;
}

/* The client's TLS that ends here; NULL: it has none, or with an Edge. */
static const struct tls *
own_tls(const struct session *s)
{
	return session_is_from_link(s) ? NULL : s->client.tls;
}

const char *
session_tls_version(const struct session *s)
{
	const struct tls *tls = own_tls(s);

	if (session_is_from_link(s))
		return link_server_tls_version(s);
	return tls == NULL ? NULL : tls_version(tls);
}

bool
session_is_secure(const struct session *s)
{
	return session_is_from_link(s) ? link_server_tls_version(s) != NULL
				       : s->client.tls != NULL;
}

/* For the log */

const char *
session_label(const struct session *s, char buf[static SESSION_LABEL])
{
	const char *edge = link_server_edge_name(s);
	char peer[STSSL_ADDRESS_TEXT];

	(void)snprintf(buf, SESSION_LABEL,
	    "session=%" PRIx64 " listener=%.64s peer=%s%s%s", s->id,
	    s->listen->name, stssl_address_format(&s->peer, peer),
	    edge == NULL ? "" : " edge=", edge == NULL ? "" : edge);
	return buf;
}

/* The record */

int
session_describe(struct session *s)
{
	struct stssl_record *record = &s->record;
	const struct tls *tls = own_tls(s);
	char text[STSSL_ADDRESS_TEXT];
	int r;

	stssl_record_done(record);
	(void)snprintf(text, sizeof text, "%" PRIx64, s->id);
	r = stssl_record_put(record, STSSL_KEY_STSSL_SESSION, text);
	if (r == 0)
		r = stssl_record_put(
		    record, STSSL_KEY_STSSL_LISTENER, s->listen->name);
	if (r == 0)
		r = stssl_record_put(record, STSSL_KEY_REMOTE_ADDR,
		    stssl_ip_format(&s->peer, text));
	(void)snprintf(text, sizeof text, "%u", s->peer.port);
	if (r == 0)
		r = stssl_record_put(record, STSSL_KEY_REMOTE_PORT, text);
	if (r == 0 && tls != NULL)
		r = tls_describe(tls, record);
	s->certificate.is_sent = tls != NULL && tls_has_certificate(tls);
	s->certificate.failure = s->certificate.is_sent ? STSSL_FAILURE_UNPROVEN
							: STSSL_FAILURE_NONE;
	return r;
}

/* SSL_CLIENT_VERIFY, as the worker has heard. */
#define VERIFY_TEXT 64
static const char *
verify_text(const struct session *s, char buf[static VERIFY_TEXT])
{
	if (!s->certificate.is_sent)
		return "NONE";
	if (s->certificate.failure == STSSL_FAILURE_NONE)
		return "SUCCESS";
	(void)snprintf(buf, VERIFY_TEXT, "FAILED:%s",
	    stssl_failure_word(s->certificate.failure));
	return buf;
}

/* What the verifier has told the monitor is not the worker's to say. */
static int
complete(struct session *s)
{
	char text[VERIFY_TEXT];

	if (!session_is_secure(s) || s->certificate.is_proven)
		return 0;
	return stssl_record_put(
	    &s->record, STSSL_KEY_SSL_CLIENT_VERIFY, verify_text(s, text));
}

/*
 * Its connection to the backend.  The peer is known where it has just been
 * connected to, and this process has one network namespace for ever.
 */
static int
find_connection(struct session *s)
{
	static uint64_t netns; /* 0: not asked for yet */
	struct sockaddr_storage local = { 0 };
	socklen_t len = sizeof local;
	int r;

	if (netns != 0 && s->to_backend.peer.port != 0) {
		s->to_backend.netns = netns;
		if (getsockname(
			s->backend.fd, (struct sockaddr *)&local, &len) == -1)
			return -errno;
		return stssl_address_from(&local, &s->to_backend.local);
	}
	r = stssl_connection_of(s->backend.fd, &s->to_backend);
	if (r == 0)
		netns = s->to_backend.netns;
	return r;
}

int
session_publish(struct session *s)
{
	bool is_welcome = !s->protocol->has_login_deadline;
	struct stssl_connection seen_by_backend;
	int r;

	/* A backend on a path has no address that the module could ask for. */
	if (s->listen->backend.u.sa.sa_family == AF_UNIX)
		return 0;
	r = find_connection(s);
	if (r == 0)
		r = complete(s);
	if (r < 0)
		return r;
	seen_by_backend = stssl_connection_flip(&s->to_backend);
	r = host_publish(s, &seen_by_backend, is_welcome);
	stssl_record_done(&s->record);
	s->published = r == 0;
	s->welcome = s->welcome || (s->published && is_welcome);
	return r;
}

void
session_close_backend(struct session *s)
{
	if (s->published)
		host_withdraw(s);
	s->published = false;
	stream_close(&s->backend);
}

void
session_lack_record(struct session *s, int r)
{
	char who[SESSION_LABEL];

	log_errno(r, "%s has no record", session_label(s, who));
	session_end(s);
}

bool
session_is_resumed(const struct session *s)
{
	const char *said =
	    stssl_record_get(&s->record, STSSL_KEY_SSL_SESSION_RESUMED);

	return said != NULL && strcmp(said, "Resumed") == 0;
}

void
session_log_handshake(const struct session *s)
{
	const struct stssl_record *r = &s->record;
	char who[SESSION_LABEL], dn[STSSL_QUOTE_MAX];
	char verify[VERIFY_TEXT];

	log_info("tls %s protocol=%s cipher=%s resumed=%s verify=%s cert=%s",
	    session_label(s, who), stssl_record_get(r, STSSL_KEY_SSL_PROTOCOL),
	    stssl_record_get(r, STSSL_KEY_SSL_CIPHER),
	    session_is_resumed(s) ? "yes" : "no", verify_text(s, verify),
	    stssl_quote(dn, sizeof dn, s->proof.subject));
}

void
session_forget_subject(struct session *s)
{
	free(s->proof.subject);
	s->proof.subject = NULL;
}

void
session_count(const struct session *s, uint64_t *ret_in, uint64_t *ret_out)
{
	*ret_in = s->client.bytes_in + s->data.in;
	*ret_out = s->client.bytes_out + s->data.out;
	if (s->protocol->count != NULL)
		s->protocol->count(s, ret_in, ret_out);
}

void
session_welcome(struct session *s)
{
	if (!s->welcome)
		host_welcome(s);
	s->welcome = true;
}

void
session_note(const struct session *s, const char *event, const char *what)
{
	char who[SESSION_LABEL];

	log_info("%s %s %s", event, session_label(s, who), what);
}

void
session_note_stranger(
    const struct session *s, const char *key, const struct stssl_address *from)
{
	char what[STSSL_ADDRESS_TEXT + 32], text[STSSL_ADDRESS_TEXT];

	(void)snprintf(
	    what, sizeof what, "%s=%s", key, stssl_address_format(from, text));
	session_note(s, "data", what);
}
