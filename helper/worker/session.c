/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a session: how it begins, what it is told while it goes on, and
 * how it ends.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/socket.h"

/* Absolute: progress does not extend it. */
#define PATIENCE_SECONDS 120.

#define GOING_DOWN       "The service is going down."

static const struct protocol *const protocols[] = {
	[LISTEN_FTP] = &ftp_protocol,
	[LISTEN_STREAM] = &tunnel_protocol,
};

void
session_set_deadline(struct session *s, ev_tstamp seconds)
{
	ev_timer_stop(s->host->loop, &s->deadline);
	ev_timer_set(&s->deadline, seconds, 0.);
	ev_timer_start(s->host->loop, &s->deadline);
}

void
session_on_stream(void *owner)
{
	session_run(owner);
}

/* Ends */

static void
release(struct session *s)
{
	char who[SESSION_LABEL];
	uint64_t in, out;

	session_count(s, &in, &out);
	log_info("closed %s in=%" PRIu64 " out=%" PRIu64, session_label(s, who),
	    in, out);
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
		session_step(s);
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

void
session_time_out(struct session *s, const char *word)
{
	char who[SESSION_LABEL];

	log_info("%s %s", word, session_label(s, who));
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
	session_time_out(s, timeouts[s->state]);
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
		session_time_out(s,
		    s->state == SESSION_OPEN ? "timeout" : timeouts[s->state]);
	}
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
session_limit(struct session *s)
{
	if (!ev_is_active(&s->deadline) && !ev_is_active(&s->login))
		session_set_deadline(s, PATIENCE_SECONDS);
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
	stream_init(&s->client, host->loop, fd, session_on_stream, s);
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
