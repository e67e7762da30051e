/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a session.  Two orders are kept here and nowhere else: the
 * record is published before anything is forwarded on the backend connection
 * it describes, and withdrawn before that connection is closed.
 */
#include <config.h>
#include "helper/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/log.h"
#include "helper/socket.h"
#include "helper/standing.h"
#include "status/quote.h"

/* Absolute: progress extends none of them. */
#define CONNECT_SECONDS  10.
#define PATIENCE_SECONDS 120.

#define GOING_DOWN       "The service is going down."

static const struct protocol *const protocols[] = {
	[LISTEN_FTP] = &ftp_protocol,
	[LISTEN_STREAM] = &tunnel_protocol,
};

/* "session=7f3a listener=ftp peer=192.0.2.1:40022", for every log line */
#define LABEL_MAX (STSSL_ADDRESS_TEXT + 128)

static const char *
label(const struct session *s, char buf[static LABEL_MAX])
{
	char peer[STSSL_ADDRESS_TEXT];

	(void)snprintf(buf, LABEL_MAX,
	    "session=%" PRIx64 " listener=%.64s peer=%s", s->id,
	    s->listen->name, stssl_address_format(&s->peer, peer));
	return buf;
}

static void
set_deadline(struct session *s, ev_tstamp seconds)
{
	ev_timer_stop(s->host->loop, &s->deadline);
	ev_timer_set(&s->deadline, seconds, 0.);
	ev_timer_start(s->host->loop, &s->deadline);
}

/* The record */

static int
describe(struct session *s)
{
	struct stssl_record *record = &s->record;
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
	if (r == 0 && s->client.tls != NULL)
		r = tls_describe(s->client.tls, record);
	return r;
}

static int
publish(struct session *s)
{
	bool is_welcome = !s->protocol->has_login_deadline;
	struct stssl_connection seen_by_backend;
	int r;

	/* A backend on a path has no address that the module could ask for. */
	if (s->listen->backend.u.sa.sa_family == AF_UNIX)
		return 0;
	r = stssl_connection_of(s->backend.fd, &s->to_backend);
	if (r < 0)
		return r;
	seen_by_backend = stssl_connection_flip(&s->to_backend);
	r = s->host->publish(
	    s->host, s->id, &seen_by_backend, &s->record, is_welcome);
	stssl_record_done(&s->record);
	s->published = r == 0;
	s->welcome = s->welcome || (s->published && is_welcome);
	return r;
}

static void
close_backend(struct session *s)
{
	if (s->published)
		s->host->withdraw(s->host, s->id);
	s->published = false;
	stream_close(&s->backend);
}

static void
lack_record(struct session *s, int r)
{
	char who[LABEL_MAX];

	log_errno(r, "%s has no record", label(s, who));
	session_end(s);
}

/* Steps: each does what its state can do now and sets the next state. */

static void
on_stream(void *owner)
{
	session_run(owner);
}

static void
step_connect(struct session *s)
{
	char who[LABEL_MAX];
	int r = socket_connected(s->backend.fd);

	if (r == -EINPROGRESS)
		return;
	if (r < 0) {
		log_errno(r, "%s backend unreachable", label(s, who));
		s->protocol->refuse(s, "The service is not available.");
		return;
	}
	ev_timer_stop(s->host->loop, &s->deadline);
	r = publish(s);
	if (r == 0)
		r = s->protocol->open(s);
	if (r < 0) {
		log_errno(r, "%s cannot be opened", label(s, who));
		s->protocol->refuse(s, "The service is not available.");
		return;
	}
	s->state = SESSION_OPEN;
	if (!s->protocol->has_login_deadline)
		session_welcome(s);
	s->protocol->run(s);
}

/* True when that connection is as it was left before the handshake. */
static bool
is_kept(const struct session *s)
{
	return stream_is_open(&s->backend) && socket_is_quiet(s->backend.fd);
}

static void
connect_backend(struct session *s)
{
	char who[LABEL_MAX];
	int fd;

	s->keeps_backend = is_kept(s);
	if (s->keeps_backend) {
		s->state = SESSION_CONNECT;
		step_connect(s);
		return;
	}
	close_backend(s);
	fd = socket_connect(&s->listen->backend, NULL);
	if (fd < 0) {
		log_errno(fd, "%s backend unreachable", label(s, who));
		s->protocol->refuse(s, "The service is not available.");
		return;
	}
	stream_init(&s->backend, s->host->loop, fd, on_stream, s);
	s->state = SESSION_CONNECT;
	/* One on this machine has it at once. */
	step_connect(s);
	if (s->state != SESSION_CONNECT)
		return;
	stream_watch(&s->client, false, false);
	stream_watch(&s->backend, false, true);
	set_deadline(s, CONNECT_SECONDS);
}

static void
log_handshake(const struct session *s)
{
	const struct stssl_record *r = &s->record;
	char who[LABEL_MAX], dn[STSSL_QUOTE_MAX];
	const char *subject = stssl_record_get(r, STSSL_KEY_SSL_CLIENT_S_DN);

	log_info("tls %s protocol=%s cipher=%s resumed=%s verify=%s cert=%s",
	    label(s, who), stssl_record_get(r, STSSL_KEY_SSL_PROTOCOL),
	    stssl_record_get(r, STSSL_KEY_SSL_CIPHER),
	    tls_is_resumed(s->client.tls) ? "yes" : "no",
	    stssl_record_get(r, STSSL_KEY_SSL_CLIENT_VERIFY),
	    stssl_quote(dn, sizeof dn, subject));
}

void
session_failed(struct session *s, enum penalty_event event)
{
	s->host->failed(s->host, s->id, event);
}

/* True when the listener can do with the certificate, or without it. */
static bool
certificate_will_do(const struct session *s)
{
	const char *verify =
	    stssl_record_get(&s->record, STSSL_KEY_SSL_CLIENT_VERIFY);

	return s->listen->client_certificate != CLIENT_REQUIRE ||
	       strcmp(verify, "SUCCESS") == 0;
}

static void
note_failure(struct session *s)
{
	static const char failed[] = "FAILED:";
	const char *verify =
	    stssl_record_get(&s->record, STSSL_KEY_SSL_CLIENT_VERIFY);

	s->certificate_failed = strncmp(verify, failed, sizeof failed - 1) == 0;
	s->certificate_failure = STSSL_FAILURE_OTHER;
	if (s->certificate_failed)
		(void)stssl_failure_parse(
		    verify + sizeof failed - 1, &s->certificate_failure);
}

/* TLS stands, and what there is to know of the certificate is known. */
static void
admit(struct session *s)
{
	log_handshake(s);
	note_failure(s);
	if (!certificate_will_do(s)) {
		/* That nothing is known of it is not the client's fault. */
		if (!s->certificate_failed ||
		    s->certificate_failure != STSSL_FAILURE_CRL_STALE)
			session_failed(s, PENALTY_HANDSHAKE_FAILED);
		tls_refuse_certificate(s->client.tls);
		session_end(s);
		return;
	}
	connect_backend(s);
}

static void
step_check(struct session *s)
{
	enum stssl_failure failure;
	int r = 0;

	if (!s->is_checked)
		return;
	ev_timer_stop(s->host->loop, &s->deadline);
	session_note(s, "ocsp", x509_ocsp_word(s->found));
	failure = standing_judge(s->host->config->tls.ocsp, s->found);
	if (failure != STSSL_FAILURE_COUNT) {
		tls_condemn(s->client.tls, failure);
		r = describe(s);
	}
	if (r == 0)
		admit(s);
	else
		lack_record(s, r);
}

/* Without an answer in time, or at all, there is one: that nothing is known. */
static void
begin_check(struct session *s)
{
	stream_watch(&s->client, false, false);
	s->state = SESSION_CHECK;
	set_deadline(
	    s, s->host->config->tls.ocsp_seconds + STANDING_MORE_SECONDS);
	s->is_checked = standing_ask(s->host, s->id, s->client.tls) < 0;
	s->found = X509_OCSP_UNKNOWN;
	step_check(s);
}

/* TLS stands: the same way for new and for resumed sessions. */
static void
handshake_done(struct session *s)
{
	int r = describe(s);

	if (r < 0)
		lack_record(s, r);
	else if (standing_matters(s->host->config->tls.ocsp, &s->record))
		begin_check(s);
	else
		admit(s);
}

static void
step_handshake(struct session *s)
{
	char who[LABEL_MAX];
	bool wants_write = false;

	switch (tls_handshake(s->client.tls)) {
	case TLS_DONE:
		handshake_done(s);
		return;
	case TLS_WANT_WRITE:
		wants_write = true;
		break;
	case TLS_WANT_READ:
		break;
	case TLS_CLOSED:
	case TLS_FAILED:
		log_info("tls %s failed: %s", label(s, who),
		    tls_error(s->client.tls));
		if (tls_is_peers_fault(s->client.tls))
			session_failed(s, PENALTY_HANDSHAKE_FAILED);
		session_end(s);
		return;
	}
	stream_watch(&s->client, !wants_write, wants_write);
}

int
session_prepare_tls(struct session *s)
{
	struct tls_tickets *tickets = s->host->tickets;

	/* A key of its own, so that resuming proves to be the same client. */
	if (s->protocol->tls_use == TLS_FTP_CONTROL)
		tickets = s->tickets = tls_tickets_new();
	if (tickets != NULL)
		s->prepared = tls_new(s->host->tls, s->protocol->tls_use,
		    s->listen->client_certificate, tickets, s->client.fd);
	if (s->prepared == NULL) {
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
	bool keep =
	    s->protocol->is_untouched != NULL && s->protocol->is_untouched(s);

	s->protocol->close(s);
	if (keep)
		stream_watch(&s->backend, false, false);
	else
		close_backend(s);
	s->client.tls = s->prepared;
	s->prepared = NULL;
	s->state = SESSION_HANDSHAKE;
	set_deadline(s, s->listen->handshake_seconds);
	step_handshake(s);
}

static void
step_start(struct session *s)
{
	if (s->listen->tls == LISTEN_IMPLICIT && session_prepare_tls(s) == 0)
		session_start_tls(s);
	else if (s->listen->tls == LISTEN_EXPLICIT && describe(s) == 0)
		connect_backend(s);
	else
		session_end(s);
}

static void
step_open(struct session *s)
{
	s->protocol->run(s);
}

static void (*const steps[])(struct session *) = {
	[SESSION_START] = step_start,
	[SESSION_HANDSHAKE] = step_handshake,
	[SESSION_CHECK] = step_check,
	[SESSION_CONNECT] = step_connect,
	[SESSION_OPEN] = step_open,
};

/* Ends */

static void
release(struct session *s)
{
	char who[LABEL_MAX];
	uint64_t in, out;

	session_count(s, &in, &out);
	log_info(
	    "closed %s in=%" PRIu64 " out=%" PRIu64, label(s, who), in, out);
	s->protocol->close(s);
	ev_timer_stop(s->host->loop, &s->deadline);
	ev_timer_stop(s->host->loop, &s->login);
	/* First, for the record goes with it. */
	s->host->closed(s->host, s->id);
	stream_close(&s->backend);
	stream_close(&s->client);
	stssl_record_done(&s->record);
	s->prepared = tls_free(s->prepared);
	s->tickets = tls_tickets_free(s->tickets);
	free(s);
}

void
session_end(struct session *s)
{
	s->state = SESSION_CLOSED;
}

static const struct {
	const char *word, *text;
} ends[] = {
#define X(name, word, text) [END_##name] = { word, text },
	MESSAGE_ENDS(X)
#undef X
};

void
session_end_for(struct session *s, enum message_end_reason reason)
{
	s->ending = true;
	s->end_reason = reason;
	/* Not at once: another session may be what is listening just now. */
	stream_wake(&s->client);
}

static void
end_early(struct session *s)
{
	session_note(s, "ended", ends[s->end_reason].word);
	if (s->state != SESSION_HANDSHAKE)
		s->protocol->refuse(s, ends[s->end_reason].text);
	s->state = SESSION_CLOSED;
}

void
session_run(struct session *s)
{
	if (s->ending && s->state != SESSION_CLOSED)
		end_early(s);
	if (s->state != SESSION_CLOSED)
		steps[s->state](s);
	/* The step may have listened to the monitor: host->listen(). */
	if (s->ending && s->state != SESSION_CLOSED)
		end_early(s);
	if (s->host->stopping && s->state == SESSION_OPEN &&
	    !s->protocol->is_busy(s))
		s->protocol->refuse(s, GOING_DOWN);
	if (s->state == SESSION_CLOSED)
		release(s);
}

void
session_kill(struct session *s)
{
	s->state = SESSION_CLOSED;
	release(s);
}

/* A deadline that was the client's, and that it let pass. */
static void
penalise_delay(struct session *s)
{
	if (s->state == SESSION_HANDSHAKE)
		session_failed(s, PENALTY_HANDSHAKE_TIMEOUT);
	else if (s->state == SESSION_OPEN && s->has_to_log_in &&
		 s->protocol->awaits_client(s))
		session_failed(s, PENALTY_LOGIN_TIMEOUT);
}

static void
time_out(struct session *s, const char *word)
{
	char who[LABEL_MAX];

	log_info("%s %s", word, label(s, who));
	penalise_delay(s);
	if (s->state != SESSION_HANDSHAKE)
		s->protocol->refuse(s, "Timeout.");
	session_kill(s);
}

/* Its words, too, for the deadline of the whole login. */
static const char *const timeouts[] = {
	[SESSION_START] = "timeout",
	[SESSION_HANDSHAKE] = "handshake-timeout",
	[SESSION_CHECK] = "timeout",
	[SESSION_CONNECT] = "backend-timeout",
	[SESSION_OPEN] = "login-timeout",
	[SESSION_CLOSED] = "timeout",
};

static void
on_login_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct session *s = timer->data;

	(void)loop;
	(void)events;
	time_out(s, timeouts[s->state]);
}

static void
on_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct session *s = timer->data;

	(void)loop;
	(void)events;
	if (s->state == SESSION_CHECK) {
		s->is_checked = true;
		session_run(s);
	} else {
		time_out(s,
		    s->state == SESSION_OPEN ? "timeout" : timeouts[s->state]);
	}
}

void
session_count(const struct session *s, uint64_t *ret_in, uint64_t *ret_out)
{
	*ret_in = s->client.bytes_in + s->data_in;
	*ret_out = s->client.bytes_out + s->data_out;
	if (s->protocol->count != NULL)
		s->protocol->count(s, ret_in, ret_out);
}

void
session_verdict(struct session *s, const struct message_verdict *verdict)
{
	s->data_private = verdict->data_private != 0;
}

void
session_advice(struct session *s, const struct message_advice *advice)
{
	/* Not at once: another session may be what is listening just now. */
	if (s->state == SESSION_OPEN && s->protocol->advice != NULL &&
	    s->protocol->advice(s, advice))
		stream_wake(&s->client);
}

void
session_checked(struct session *s, enum x509_ocsp found)
{
	if (s->state != SESSION_CHECK || s->is_checked)
		return;
	s->is_checked = true;
	s->found = found;
	stream_wake(&s->client);
}

void
session_unlimit(struct session *s)
{
	s->has_to_log_in = false;
	ev_timer_stop(s->host->loop, &s->login);
	ev_timer_stop(s->host->loop, &s->deadline);
}

void
session_welcome(struct session *s)
{
	if (!s->welcome)
		s->host->welcome(s->host, s->id);
	s->welcome = true;
}

void
session_note(const struct session *s, const char *event, const char *what)
{
	char who[LABEL_MAX];

	log_info("%s %s %s", event, label(s, who), what);
}

void
session_limit(struct session *s)
{
	if (!ev_is_active(&s->deadline) && !ev_is_active(&s->login))
		set_deadline(s, PATIENCE_SECONDS);
}

void
session_stop(struct session *s, bool force)
{
	if (!force && s->state == SESSION_OPEN && s->protocol->is_busy(s))
		return;
	if (s->state != SESSION_HANDSHAKE)
		s->protocol->refuse(s, GOING_DOWN);
	session_kill(s);
}

struct session *
session_new(
    struct session_host *host, const struct message_client *client, int fd)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL) {
		(void)close(fd);
		return NULL;
	}
	s->host = host;
	s->id = client->session;
	s->listen = &host->config->listeners[client->listener];
	s->protocol = protocols[s->listen->protocol];
	s->peer = client->peer;
	s->local = client->local;
	s->implied_private =
	    s->listen->tls == LISTEN_IMPLICIT && s->listen->implicit_private;
	s->has_to_log_in = s->protocol->has_login_deadline;
	socket_no_delay(fd);
	if (s->listen->protocol == LISTEN_FTP)
		socket_inline_urgent(fd);
	stream_init(&s->client, host->loop, fd, on_stream, s);
	stream_none(&s->backend);
	ev_timer_init(&s->deadline, on_deadline, 0., 0.);
	/* A timer, for the clock may jump. */
	ev_timer_init(
	    &s->login, on_login_deadline, s->listen->login_seconds, 0.);
	s->deadline.data = s->login.data = s;
	if (s->has_to_log_in)
		ev_timer_start(host->loop, &s->login);
	stssl_record_init(&s->record);
	return s;
}
