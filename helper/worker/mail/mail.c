/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The turns: moves lines between client, backend and the handlers, one command
 * at a time, and works out from the phase what to wait for.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <stdio.h>
#include <string.h>

/* For the handlers */

bool
mail_is_secure(const struct mail *m)
{
	return m->session->client.tls != NULL;
}

void
mail_turn_to(struct mail *m, enum mail_phase phase)
{
	if (m->phase != MAIL_CLOSED)
		m->phase = phase;
}

void
mail_show(struct mail *m, const char *line)
{
	/* There is room for a line whenever a handler is called. */
	if (lines_write(&m->client, line, strlen(line)) < 0)
		m->phase = MAIL_CLOSED;
}

const char *
mail_phrase(const struct mail *m, enum mail_status status, const char *text,
    char buf[static MAIL_ANSWER_MAX])
{
	const struct mail_dialect *d = m->dialect;
	bool is_tagged = d->is_tagged && status != MAIL_SAYS_END;

	(void)snprintf(buf, MAIL_ANSWER_MAX, "%s%s%s %s",
	    is_tagged ? m->tag : "", is_tagged ? " " : "", d->says[status],
	    text);
	return buf;
}

void
mail_say(struct mail *m, enum mail_status status, const char *text)
{
	char buf[MAIL_ANSWER_MAX];

	mail_show(m, mail_phrase(m, status, text, buf));
}

void
mail_end(struct mail *m, const char *why)
{
	if (!m->in_reply)
		mail_say(m, MAIL_SAYS_END, why);
	mail_turn_to(m, MAIL_CLOSING);
}

void
mail_end_nonsense(struct mail *m)
{
	mail_end(m, "The service answers nonsense.");
}

void
mail_pass_farewell(struct mail *m)
{
	mail_show(m, m->reply.line);
	m->phase = MAIL_CLOSING;
}

void
mail_prompt(struct mail *m, const char *prompt, mail_handler *on_response)
{
	char buf[MAIL_ANSWER_MAX];

	(void)snprintf(buf, sizeof buf, "%s%s", m->dialect->go_on, prompt);
	mail_show(m, buf);
	m->on_response = on_response;
	mail_turn_to(m, MAIL_RESPONSE);
}

void
mail_ask(struct mail *m, const char *line, mail_on_reply *on_reply)
{
	if (lines_write(&m->backend, line, strlen(line)) < 0) {
		mail_end(m, "The service is not available.");
		return;
	}
	m->on_reply = on_reply;
	m->phase = MAIL_REPLY;
}

void
mail_await(struct mail *m)
{
	mail_turn_to(m, MAIL_COMMAND);
}

/* The beginning */

static void
await_greeting(struct mail *m)
{
	m->phase = m->session->keeps_backend ? MAIL_COMMAND : MAIL_GREETING;
	m->on_reply = mail_on_greeting;
}

/* Whether passwords may cross in clear has to be known for the greeting. */
static bool
turn_start(struct mail *m)
{
	if (m->phase != MAIL_START)
		return false;
	if (mail_is_secure(m)) {
		await_greeting(m);
		return true;
	}
	m->phase = MAIL_POLICY;
	session_ask(m->session, ABOUT_CLEAR, NULL);
	return m->phase != MAIL_POLICY;
}

void
mail_advice(struct session *s, const struct message_advice *advice)
{
	struct mail *m = s->protocol_state;

	if (m->phase == MAIL_POLICY) {
		m->may_clear = advice->verdict == STSSL_VERDICT_PASSWORD;
		await_greeting(m);
	} else if (m->phase == MAIL_ADVICE) {
		m->login.advice = *advice;
		m->phase = MAIL_ADVISED;
	}
}

/* Turns: each does one thing and returns whether to go on. */

static bool
wants_backend(const struct mail *m)
{
	return !m->has_backend_ended && lines_has_room(&m->client) &&
	       (m->phase == MAIL_GREETING || m->phase == MAIL_REPLY ||
		   m->phase == MAIL_COMMAND || m->phase == MAIL_RESPONSE);
}

/* It was not asked.  IMAP's servers may say something at any time. */
static void
on_unasked(struct mail *m)
{
	if (m->reply.kind == MAIL_GONE) {
		mail_pass_farewell(m);
	} else if (!m->dialect->is_tagged || m->reply.kind != MAIL_MORE) {
		mail_end_nonsense(m);
	}
}

static bool
turn_backend(struct mail *m)
{
	size_t len;
	char *line;

	if (!wants_backend(m))
		return false;
	switch (lines_read(&m->backend, &line, &len)) {
	case LINE_OK:
		break;
	case LINE_NONE:
		return false;
	case LINE_TOO_LONG:
	case LINE_END:
	case LINE_FAILED:
		m->has_backend_ended = true;
		return true;
	}
	m->reply.line = line;
	m->reply.kind = m->dialect->reply(line, m->tag);
	if (strlen(line) != len)
		mail_end_nonsense(m);
	else if (m->phase == MAIL_GREETING || m->phase == MAIL_REPLY)
		m->on_reply(m);
	else
		on_unasked(m);
	return true;
}

static bool
turn_backend_ended(struct mail *m)
{
	if (!m->has_backend_ended || m->phase == MAIL_CLOSING ||
	    m->phase == MAIL_PENALTY || m->phase == MAIL_RELAY)
		return false;
	mail_end(m, "The service has closed the connection.");
	return true;
}

static bool
wants_client(const struct mail *m)
{
	return (m->phase == MAIL_COMMAND || m->phase == MAIL_RESPONSE) &&
	       lines_has_room(&m->backend) && lines_has_room(&m->client);
}

/* A NUL would hide what is behind it. */
static void
take_line(struct mail *m, char *line, size_t len)
{
	if (strlen(line) != len)
		mail_end(m, "A NUL is not allowed.");
	else if (m->phase == MAIL_RESPONSE)
		m->on_response(m, line);
	else
		mail_command(m, line, len);
}

static bool
turn_client(struct mail *m)
{
	size_t len;
	char *line;

	if (!wants_client(m))
		return false;
	switch (lines_read(&m->client, &line, &len)) {
	case LINE_OK:
		take_line(m, line, len);
		return true;
	case LINE_TOO_LONG:
		mail_end(m, "Line too long.");
		return true;
	case LINE_END:
		/* It is owed a close_notify, too. */
		m->phase = MAIL_CLOSING;
		return true;
	case LINE_FAILED:
		m->phase = MAIL_CLOSED;
		return false;
	case LINE_NONE:
		break;
	}
	return false;
}

/* Order matters: replies go out before the next command is looked at. */
static bool (*const turns[])(struct mail *) = { turn_start, turn_backend,
	turn_backend_ended, mail_follow_advice, mail_end_penalty, turn_client };

static bool
take_turns(struct mail *m)
{
	for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
		if (m->phase == MAIL_UPGRADE || m->phase == MAIL_CLOSED)
			return false;
		if (turns[i](m))
			return true;
	}
	return false;
}

static void
flush(struct mail *m)
{
	if (lines_flush(&m->client) == IO_FAILED)
		m->phase = MAIL_CLOSED;
	if (lines_flush(&m->backend) == IO_FAILED)
		m->has_backend_ended = true;
}

/* What was read beyond the login goes first. */
static void
relay(struct mail *m)
{
	struct session *s = m->session;
	struct buffer *up = NULL, *down = NULL;

	if (lines_take_rest(&m->client, &up) < 0 ||
	    lines_take_rest(&m->backend, &down) < 0) {
		(void)buffer_give(BUFFER_RELAY, up);
		session_end(s);
		return;
	}
	session_unlimit(s);
	session_tunnel(s, up, down);
}

/* All is written: the next state begins.  False when it is none of these. */
static bool
leave(struct mail *m)
{
	struct session *s = m->session;

	if (m->phase == MAIL_CLOSING) {
		(void)stream_finish(&s->client);
		session_end(s);
	} else if (m->phase == MAIL_UPGRADE) {
		session_start_tls(s);
	} else if (m->phase == MAIL_RELAY) {
		relay(m);
	} else {
		return false;
	}
	return true;
}

void
mail_run(struct session *s)
{
	struct mail *m = s->protocol_state;

	do
		flush(m);
	while (take_turns(m));
	flush(m);

	if (m->phase == MAIL_CLOSED) {
		session_end(s);
		return;
	}
	if (!lines_has_output(&m->client) && leave(m))
		return;
	stream_watch(&s->client, wants_client(m), lines_has_output(&m->client));
	stream_watch(
	    &s->backend, wants_backend(m), lines_has_output(&m->backend));
}
