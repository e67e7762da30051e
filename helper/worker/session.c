/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a session: how it begins, what it is told while it goes on, and
 * how it ends.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/socket.h"
#include "helper/worker/link/edge.h"
#include "helper/worker/link/server.h"
#include "policy/decide.h"

/* Absolute: progress does not extend it. */
#define PATIENCE_SECONDS 120.
/* The monitor answers in two seconds; this is for a monitor that does not. */
#define ANSWER_SECONDS 3.

#define GOING_DOWN     "The service is going down."

static const struct protocol *const protocols[] = {
	[LISTEN_FTP] = &ftp_protocol,
	[LISTEN_STREAM] = &tunnel_protocol,
	[LISTEN_IMAP] = &imap_protocol,
	[LISTEN_POP3] = &pop3_protocol,
	[LISTEN_SMTP] = &smtp_protocol,
	[LISTEN_POSTGRESQL] = &postgresql_protocol,
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
	/* Its last lines come before that of its end. */
	s->protocol->close(s);
	/* The monitor says, if not each time, whom it did not let in. */
	if (!s->is_unknown && !s->route.is_over)
		log_info("closed %s in=%" PRIu64 " out=%" PRIu64,
		    session_label(s, who), in, out);
	ev_timer_stop(s->host->loop, &s->deadline);
	ev_timer_stop(s->host->loop, &s->login);
	ev_timer_stop(s->host->loop, &s->question.deadline);
	/* First, for the record goes with it. */
	host_closed(s, in, out);
	stream_close(&s->backend);
	stream_close(&s->client);
	proxy_reader_done(&s->proxy);
	stssl_record_done(&s->record);
	session_forget_subject(s);
	free(s->proof.name);
	s->prepared = tls_free(s->prepared);
	s->tickets = tls_tickets_free(s->tickets);
	s->edge = link_edge_free(s->edge);
	s->server = link_server_free(s->server);
	free(s);
}

void
session_end(struct session *s)
{
	s->state = SESSION_CLOSED;
}

void
session_break(struct session *s)
{
	stream_reset(&s->client);
	session_end(s);
}

void
session_end_saying(struct session *s, const char *line)
{
	size_t n;

	if (stream_is_open(&s->client) &&
	    stream_write(&s->client, line, strlen(line), &n) == IO_OK)
		(void)stream_finish(&s->client);
	session_end(s);
}

void
session_refuse(struct session *s, const char *why)
{
	if (s->protocol->refuse == NULL)
		session_break(s);
	else
		s->protocol->refuse(s, why);
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
	s->end.is_due = true;
	s->end.reason = reason;
	/* Not at once: another session may be what is listening just now. */
	stream_wake(&s->client);
}

bool
session_can_be_told(const struct session *s)
{
	if (s->state == SESSION_ADMISSION)
		return s->listen->tls == LISTEN_EXPLICIT;
	if (s->state == SESSION_DIAL_LINK)
		return s->client.tls == NULL;
	return s->state != SESSION_HEADER && s->state != SESSION_ROUTE &&
	       s->state != SESSION_HANDSHAKE && s->state != SESSION_GREET;
}

static void
end_early(struct session *s)
{
	if (!s->is_unknown)
		session_note(s, "ended", ends[s->end.reason].word);
	if (session_can_be_told(s))
		session_refuse(s, ends[s->end.reason].text);
	s->state = SESSION_CLOSED;
}

void
session_run(struct session *s)
{
	if (s->end.is_due && s->state != SESSION_CLOSED)
		end_early(s);
	if (s->state != SESSION_CLOSED)
		session_step(s);
	/* The step may have listened to the monitor: host_listen(). */
	if (s->end.is_due && s->state != SESSION_CLOSED)
		end_early(s);
	if (s->host->stopping && s->state == SESSION_OPEN &&
	    !s->protocol->is_busy(s))
		session_refuse(s, GOING_DOWN);
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
	if (s->state == SESSION_ROUTE || s->state == SESSION_HANDSHAKE)
		host_failed(s, PENALTY_HANDSHAKE_TIMEOUT);
	else if (s->state == SESSION_OPEN && s->has_to_log_in &&
		 s->protocol->awaits_client(s))
		host_failed(s, PENALTY_LOGIN_TIMEOUT);
}

void
session_time_out(struct session *s, const char *word)
{
	char who[SESSION_LABEL];

	if (s->is_unknown)
		session_lack_header(s);
	else
		log_info("%s %s", word, session_label(s, who));
	penalise_delay(s);
	if (s->state == SESSION_CONNECT || s->state == SESSION_DIAL_LINK)
		host_unreachable(s);
	if (session_can_be_told(s))
		session_refuse(s, "Timeout.");
	session_kill(s);
}

/* Its words, too, for the deadline of the whole login. */
static const char *const timeouts[] = {
	[SESSION_HEADER] = "timeout",
	[SESSION_ADMISSION] = "timeout",
	[SESSION_START] = "timeout",
	[SESSION_DIAL_LINK] = "backend-timeout",
	[SESSION_ROUTE] = "handshake-timeout",
	[SESSION_HANDSHAKE] = "handshake-timeout",
	[SESSION_GREET] = "timeout",
	[SESSION_PROVE] = "timeout",
	[SESSION_CHECK] = "timeout",
	[SESSION_CONNECT] = "backend-timeout",
	[SESSION_TELL] = "backend-timeout",
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
	if (s->state == SESSION_PROVE) {
		s->proof.is_known = true;
	} else if (s->state == SESSION_CHECK) {
		s->ocsp.is_known = true;
	} else if (s->state != SESSION_DIAL_LINK || !link_edge_dial_next(s)) {
		session_time_out(s,
		    s->state == SESSION_OPEN ? "timeout" : timeouts[s->state]);
		return;
	}
	session_run(s);
}

void
session_verdict(struct session *s, const struct message_verdict *verdict)
{
	s->data.is_private = verdict->data_private != 0;
	s->decided.verdict = verdict->verdict < STSSL_VERDICT_COUNT
				 ? (enum stssl_verdict)verdict->verdict
				 : STSSL_VERDICT_COUNT;
	(void)snprintf(s->decided.class_name, sizeof s->decided.class_name,
	    "%s", verdict->class_name);
}

void
session_forget_verdict(struct session *s)
{
	s->decided.verdict = STSSL_VERDICT_COUNT;
	s->decided.class_name[0] = '\0';
}

/* Questions to the advisor */

static void
answer(struct session *s, const struct message_advice *advice)
{
	s->question.is_open = false;
	ev_timer_stop(s->host->loop, &s->question.deadline);
	if (s->state == SESSION_DIAL_LINK)
		link_edge_advice(s, advice);
	else if (s->state == SESSION_GREET)
		link_server_advice(s, advice);
	else if (s->state == SESSION_OPEN && s->protocol->advice != NULL)
		s->protocol->advice(s, advice);
	else
		return;
	/* Not at once: another session may be what is listening just now. */
	stream_wake(&s->client);
}

static void
on_unanswered(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	const struct message_advice refusal = { .verdict = STSSL_VERDICT_REFUSE,
		.reason = STSSL_REASON_HELPER,
		.failure = STSSL_FAILURE_NONE };

	(void)loop;
	(void)events;
	log_warning("the monitor does not answer");
	answer(timer->data, &refusal);
}

void
session_ask(struct session *s, enum message_about about, const char *user)
{
	s->question.serial++;
	s->question.is_open = true;
	ev_timer_stop(s->host->loop, &s->question.deadline);
	ev_timer_init(&s->question.deadline, on_unanswered, ANSWER_SECONDS, 0.);
	s->question.deadline.data = s;
	ev_timer_start(s->host->loop, &s->question.deadline);
	host_ask(s, about, user);
}

void
session_advice(struct session *s, const struct message_advice *advice)
{
	if (s->question.is_open && advice->serial == s->question.serial &&
	    advice->reason < STSSL_REASON_COUNT)
		answer(s, advice);
}

void
session_checked(struct session *s, enum x509_ocsp found)
{
	/* It may be here before the verifier's word. */
	if ((s->state != SESSION_PROVE && s->state != SESSION_CHECK) ||
	    s->ocsp.is_known)
		return;
	s->ocsp.is_known = true;
	s->ocsp.found = found;
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
	if (session_can_be_told(s))
		session_refuse(s, GOING_DOWN);
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
	s->local = s->bound = client->local;
	memcpy(s->sources, client->sources, sizeof s->sources);
	s->data.starts_private =
	    s->listen->tls == LISTEN_IMPLICIT && s->listen->implicit_private;
	s->has_to_log_in = s->protocol->has_login_deadline;
	s->is_proxied = s->is_unknown = client->is_proxied != 0;
	s->state = s->is_proxied ? SESSION_HEADER : SESSION_START;
	if (s->protocol->has_urgent_data)
		socket_inline_urgent(fd);
	stream_init(&s->client, host->loop, fd, session_on_stream, s);
	stream_none(&s->backend);
	ev_timer_init(&s->deadline, on_deadline, 0., 0.);
	/* A timer, for the clock may jump. */
	ev_timer_init(
	    &s->login, on_login_deadline, s->listen->login_seconds, 0.);
	s->deadline.data = s->login.data = s;
	s->certificate.failure = STSSL_FAILURE_NONE;
	session_forget_verdict(s);
	if (s->has_to_log_in)
		ev_timer_start(host->loop, &s->login);
	if (s->is_proxied)
		session_set_deadline(s, s->listen->handshake_seconds);
	stssl_record_init(&s->record);
	return s;
}
