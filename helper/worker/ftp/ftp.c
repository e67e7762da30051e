/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The gateway's turns: moves lines between client, backend and the handlers,
 * one command at a time, and works out from the buffers what to wait for.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/socket.h"

#define BAD_LINES_MAX 5

/* For the handlers */

bool
ftp_is_secure(const struct ftp *f)
{
	return f->session->client.tls != NULL;
}

void
ftp_pass_on(struct ftp *f, const char *line, size_t len)
{
	f->in_reply = f->reply.open;
	/* Callers have room: see turn_backend() and turn_client(). */
	if (lines_write(&f->client, line, len) < 0)
		f->phase = FTP_CLOSED;
}

void
ftp_say(struct ftp *f, const char *reply)
{
	ftp_pass_on(f, reply, strlen(reply));
}

void
ftp_end(struct ftp *f, const char *reply)
{
	if (!f->in_reply)
		ftp_say(f, reply);
	if (f->phase != FTP_CLOSED)
		f->phase = FTP_CLOSING;
}

void
ftp_ask(struct ftp *f, const char *line, ftp_on_reply *on_reply)
{
	if (f->queued == FTP_QUEUE ||
	    lines_write(&f->backend, line, strlen(line)) < 0) {
		ftp_end(f, "421 The service is not available.");
		return;
	}
	/* FEAT alone tells it nothing of the client. */
	if (on_reply != ftp_on_feat)
		f->is_touched = true;
	f->queue[f->queued++] = on_reply;
	f->phase = FTP_REPLY;
}

void
ftp_answered(struct ftp *f)
{
	if (f->queued == 0)
		return;
	f->queued--;
	memmove(f->queue, f->queue + 1, f->queued * sizeof f->queue[0]);
	ftp_await(f);
}

void
ftp_await(struct ftp *f)
{
	if (f->queued == 0 && f->held == NULL && f->phase == FTP_REPLY)
		f->phase = FTP_COMMAND;
}

static void
on_keep_awake(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct session *s = timer->data;
	struct ftp *f = s->protocol_state;

	(void)loop;
	(void)events;
	/* One that does not answer will not answer sooner. */
	if (f->queued == 0)
		ftp_ask(f, "NOOP", ftp_on_noop);
	session_run(s);
}

void
ftp_hold(struct ftp *f, char *reply)
{
	double seconds = f->session->host->noop_seconds;

	f->held = reply;
	ftp_answered(f);
	ev_timer_init(&f->keep_awake, on_keep_awake, seconds, seconds);
	f->keep_awake.data = f->session;
	ev_timer_start(f->session->host->loop, &f->keep_awake);
}

void
ftp_logged_in(struct ftp *f)
{
	f->logged_in = true;
	session_unlimit(f->session);
	session_welcome(f->session);
}

void
ftp_drop_data(struct ftp *f)
{
	if (f->data != NULL)
		data_count(
		    f->data, &f->session->data_in, &f->session->data_out);
	f->data = data_free(f->data);
}

/* Turns: each does one thing and returns whether to go on. */

static bool
turn_backend(struct ftp *f)
{
	enum ftp_reply_part part;
	size_t len;
	char *line;

	/* While a reply is held, what comes is the answer to a NOOP. */
	if ((f->held != NULL && f->queued == 0) || f->phase == FTP_CLOSING ||
	    f->phase == FTP_PENALTY || f->backend_ended ||
	    !lines_has_room(&f->client))
		return false;
	switch (lines_read(&f->backend, &line, &len)) {
	case LINE_OK:
		break;
	case LINE_NONE:
		return false;
	case LINE_TOO_LONG:
	case LINE_END:
	case LINE_FAILED:
		f->backend_ended = true;
		return true;
	}
	part = ftp_reply_feed(&f->reply, line, len);
	if (part == FTP_REPLY_BAD)
		ftp_end(f, "421 The service answers nonsense.");
	else if (f->queued > 0)
		f->queue[0](f, part, line, len);
	else
		ftp_pass_on(f, line, len);
	return true;
}

/* A backend that has gone has said why, or we do. */
static bool
turn_backend_ended(struct ftp *f)
{
	if (!f->backend_ended || f->held != NULL || f->phase == FTP_CLOSING ||
	    f->phase == FTP_PENALTY)
		return false;
	if (f->reply.code == 221 || f->reply.code == 421)
		f->phase = FTP_CLOSING;
	else
		ftp_end(f, "421 The service has closed the connection.");
	return true;
}

static bool
wants_client(const struct ftp *f)
{
	if (!lines_has_room(&f->backend) || !lines_has_room(&f->client))
		return false;
	return f->phase == FTP_COMMAND || f->phase == FTP_UPLOAD ||
	       (f->phase == FTP_REPLY && f->transferring &&
		   f->queued < FTP_QUEUE);
}

static void
bad_line(struct ftp *f)
{
	if (++f->bad_lines == BAD_LINES_MAX)
		ftp_end(f, "421 Too many bad command lines.");
	else
		ftp_say(f, "500 Command line too long.");
}

/* Read the client's next line into f->next.  False when there is none. */
static bool
read_client(struct ftp *f)
{
	size_t len, telnet;
	char *line;

	switch (lines_read(&f->client, &line, &len)) {
	case LINE_OK:
		telnet = ftp_telnet_prefix(line, len);
		f->next = line + telnet;
		f->next_len = len - telnet;
		return true;
	case LINE_TOO_LONG:
		bad_line(f);
		return true;
	case LINE_END:
		/* It is owed a close_notify, too. */
		f->phase = FTP_CLOSING;
		return true;
	case LINE_FAILED:
		f->phase = FTP_CLOSED;
		return false;
	case LINE_NONE:
		break;
	}
	return false;
}

static bool
turn_client(struct ftp *f)
{
	char *line = f->next;

	if (!wants_client(f))
		return false;
	if (line == NULL)
		return read_client(f);
	if (f->phase != FTP_COMMAND && !ftp_may_interrupt(line, f->next_len))
		return false;
	f->next = NULL;
	ftp_command(f, line, f->next_len);
	return true;
}

static bool
turn_data(struct ftp *f)
{
	enum ftp_phase phase = f->phase;
	unsigned queued = f->queued;

	ftp_transfer_changed(f);
	return f->phase != phase || f->queued != queued;
}

/* Order matters: replies go out before the next command is looked at. */
static bool (*const turns[])(struct ftp *) = { turn_data, turn_backend,
	turn_backend_ended, ftp_follow_advice, ftp_end_penalty, turn_client };

static bool
take_turns(struct ftp *f)
{
	for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
		if (f->phase == FTP_UPGRADE || f->phase == FTP_CLOSED)
			return false;
		if (turns[i](f))
			return true;
	}
	return false;
}

static void
flush(struct ftp *f)
{
	if (lines_flush(&f->client) == IO_FAILED)
		f->phase = FTP_CLOSED;
	if (lines_flush(&f->backend) == IO_FAILED)
		f->backend_ended = true;
}

/* Whether reading could bring something that a turn would take. */
static void
watch(struct ftp *f)
{
	struct session *s = f->session;

	stream_watch(&s->client, wants_client(f) && f->next == NULL,
	    lines_has_output(&f->client));
	stream_watch(&s->backend,
	    (f->held == NULL || f->queued > 0) && !f->backend_ended &&
		f->phase != FTP_CLOSING && f->phase != FTP_UPGRADE &&
		f->phase != FTP_PENALTY && lines_has_room(&f->client),
	    lines_has_output(&f->backend));
}

/* The end that the client sees as one. */
static void
close_client(struct session *s)
{
	if (stream_end(&s->client) == IO_OK)
		socket_linger(s->host->loop, stream_detach(&s->client));
	session_end(s);
}

/*
 * Nobody may keep a session waiting for ever: neither a client that does not
 * read nor a backend that does not answer.  Before login its deadline holds.
 */
static void
limit(struct ftp *f)
{
	bool waiting = lines_has_output(&f->client) ||
		       (f->phase == FTP_REPLY && !f->transferring);

	if (waiting || f->phase == FTP_CLOSING)
		session_limit(f->session);
	else if (f->logged_in)
		session_unlimit(f->session);
}

static void
ftp_run(struct session *s)
{
	struct ftp *f = s->protocol_state;

	do
		flush(f);
	while (take_turns(f));
	flush(f);

	if (f->phase == FTP_CLOSED) {
		session_end(s);
		return;
	}
	if (!lines_has_output(&f->client)) {
		if (f->phase == FTP_CLOSING) {
			close_client(s);
			return;
		}
		if (f->phase == FTP_UPGRADE) {
			session_start_tls(s);
			return;
		}
	}
	limit(f);
	watch(f);
}

/* Beginning and end */

static void
on_data_changed(void *owner)
{
	session_run(owner);
}

static void
note_address(
    const struct session *s, const char *key, const struct stssl_address *from)
{
	char what[STSSL_ADDRESS_TEXT + 32], text[STSSL_ADDRESS_TEXT];

	(void)snprintf(
	    what, sizeof what, "%s=%s", key, stssl_address_format(from, text));
	session_note(s, "data", what);
}

static void
on_foreign(void *owner, const struct stssl_address *from)
{
	note_address(owner, "foreign", from);
}

static void
on_stranger(void *owner, const struct stssl_address *from)
{
	note_address(owner, "foreign-backend", from);
}

/* Once for a session: which transfers came to it is in the daemon's log. */
static void
on_in_kernel(void *owner)
{
	struct session *s = owner;

	if (!s->kernel_tls)
		session_note(s, "data", "encrypted-by=kernel");
	s->kernel_tls = true;
}

/* On one machine, everybody there can get at a port that the backend opens. */
static bool
is_on_this_machine(const struct stssl_connection *backend)
{
	return stssl_address_same_ip(&backend->local, &backend->peer) ||
	       stssl_address_is_loopback(&backend->peer);
}

static bool
backend_is_passive(const struct session *s)
{
	enum backend_mode mode = s->listen->backend_data;

	return mode == BACKEND_PASSIVE ||
	       (mode == BACKEND_BY_PLACE &&
		   !is_on_this_machine(&s->to_backend));
}

static void
fill_context(struct ftp *f)
{
	struct session *s = f->session;

	f->context = (struct data_context){ .loop = s->host->loop,
		.listen = s->listen,
		.kernel_tls = s->host->kernel_tls,
		.tls = s->host->tls,
		.tickets = s->tickets,
		.client = s->peer,
		.local = s->local,
		.scope = socket_scope(s->client.fd),
		.backend = s->to_backend,
		.changed = on_data_changed,
		.foreign = on_foreign,
		.stranger = on_stranger,
		.in_kernel = on_in_kernel,
		.owner = s };
	if (ftp_is_secure(f))
		f->context.has_fingerprint =
		    tls_peer_fingerprint(s->client.tls, f->context.fingerprint);
}

static void
await_greeting(struct ftp *f)
{
	f->phase = FTP_REPLY;
	f->queue[f->queued++] = ftp_on_greeting;
}

static int
ftp_open(struct session *s)
{
	struct ftp *f = calloc(1, sizeof *f);

	if (f == NULL)
		return -ENOMEM;
	f->session = s;
	f->phase = FTP_COMMAND;
	if (!s->keeps_backend)
		await_greeting(f);
	f->eat_greeting = s->listen->tls == LISTEN_EXPLICIT && ftp_is_secure(f);
	f->private = s->implied_private;
	lines_init(&f->client, &s->client);
	lines_init(&f->backend, &s->backend);
	fill_context(f);
	f->backend_is_passive = backend_is_passive(s);
	s->protocol_state = f;
	return 0;
}

static void
ftp_close(struct session *s)
{
	struct ftp *f = s->protocol_state;

	if (f == NULL)
		return;
	ftp_drop_data(f);
	ev_timer_stop(s->host->loop, &f->penalty);
	ev_timer_stop(s->host->loop, &f->keep_awake);
	free(f->refusal);
	lines_done(&f->client);
	lines_done(&f->backend);
	if (f->waiting != NULL)
		explicit_bzero(f->waiting, strlen(f->waiting));
	free(f->waiting);
	free(f->gathered);
	free(f->held);
	free(f);
	s->protocol_state = NULL;
}

static bool
ftp_is_untouched(const struct session *s)
{
	const struct ftp *f = s->protocol_state;

	return f != NULL && !f->is_touched && f->queued == 0 &&
	       !f->backend_ended && !lines_has_input(&f->backend) &&
	       !lines_has_output(&f->backend);
}

/* Said at once or not at all: who does not read need not be told. */
static void
ftp_refuse(struct session *s, const char *why)
{
	const struct ftp *f = s->protocol_state;
	char reply[FTP_REPLY_MAX];
	size_t n;
	int len;

	if (f != NULL && (f->in_reply || lines_has_output(&f->client))) {
		/* It would come in the middle of another reply. */
		session_end(s);
		return;
	}
	len = snprintf(reply, sizeof reply, "421 %s\r\n", why);
	if (stream_is_open(&s->client) && len > 0 &&
	    stream_write(&s->client, reply, (size_t)len, &n) == IO_OK &&
	    stream_end(&s->client) == IO_OK)
		socket_linger(s->host->loop, stream_detach(&s->client));
	session_end(s);
}

static void
ftp_count(const struct session *s, uint64_t *in, uint64_t *out)
{
	const struct ftp *f = s->protocol_state;

	if (f != NULL && f->data != NULL)
		data_count(f->data, in, out);
}

static bool
ftp_awaits_client(const struct session *s)
{
	const struct ftp *f = s->protocol_state;

	return f != NULL &&
	       (f->phase == FTP_COMMAND || lines_has_output(&f->client));
}

static bool
ftp_is_busy(const struct session *s)
{
	const struct ftp *f = s->protocol_state;

	return f != NULL && (f->transferring || f->phase == FTP_UPLOAD ||
				lines_has_output(&f->client));
}

const struct protocol ftp_protocol = {
	.has_login_deadline = true,
	.tls_use = TLS_FTP_CONTROL,
	.open = ftp_open,
	.run = ftp_run,
	.refuse = ftp_refuse,
	.is_untouched = ftp_is_untouched,
	.close = ftp_close,
	.count = ftp_count,
	.awaits_client = ftp_awaits_client,
	.is_busy = ftp_is_busy,
	.advice = ftp_advice,
};
