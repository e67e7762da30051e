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

#define BAD_LINES_MAX 5

/* For the handlers */

bool
ftp_is_secure(const struct ftp *f)
{
	return session_is_secure(f->session);
}

void
ftp_say(struct ftp *f, const char *reply)
{
	f->in_reply = f->reply.open;
	/* Callers have room: see turn_backend() and turn_client(). */
	if (lines_write(&f->client, reply, strlen(reply)) < 0)
		f->phase = FTP_CLOSED;
}

void
ftp_pass_reply(struct ftp *f)
{
	ftp_say(f, f->reply.line);
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
		f->is_backend_touched = true;
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
	if (f->queued == 0 && f->transfer.held == NULL && f->phase == FTP_REPLY)
		f->phase = FTP_COMMAND;
}

void
ftp_logged_in(struct ftp *f)
{
	f->login.is_done = true;
	session_unlimit(f->session);
	session_welcome(f->session);
}

/* Turns: each does one thing and returns whether to go on. */

static bool
turn_backend(struct ftp *f)
{
	size_t len;
	char *line;

	/* While a reply is held, what comes is the answer to a NOOP. */
	if ((f->transfer.held != NULL && f->queued == 0) ||
	    f->phase == FTP_CLOSING || f->phase == FTP_PENALTY ||
	    f->has_backend_ended || !lines_has_room(&f->client))
		return false;
	switch (lines_read(&f->backend, &line, &len)) {
	case LINE_OK:
		break;
	case LINE_NONE:
		return false;
	case LINE_TOO_LONG:
	case LINE_END:
	case LINE_FAILED:
		f->has_backend_ended = true;
		return true;
	}
	if (ftp_reply_feed(&f->reply, line, len) == FTP_REPLY_BAD)
		ftp_end(f, "421 The service answers nonsense.");
	else if (f->queued > 0)
		f->queue[0](f);
	else
		ftp_pass_reply(f);
	return true;
}

/* The client is told why, by the backend before it went or by us. */
static bool
turn_backend_ended(struct ftp *f)
{
	if (!f->has_backend_ended || f->transfer.held != NULL ||
	    f->phase == FTP_CLOSING || f->phase == FTP_PENALTY)
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
	       (f->phase == FTP_REPLY && f->transfer.is_running &&
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
		f->has_backend_ended = true;
}

/* Wait for lines only where a turn could take one. */
static void
watch(struct ftp *f)
{
	struct session *s = f->session;

	stream_watch(&s->client, wants_client(f) && f->next == NULL,
	    lines_has_output(&f->client));
	stream_watch(&s->backend,
	    (f->transfer.held == NULL || f->queued > 0) &&
		!f->has_backend_ended && f->phase != FTP_CLOSING &&
		f->phase != FTP_UPGRADE && f->phase != FTP_PENALTY &&
		lines_has_room(&f->client),
	    lines_has_output(&f->backend));
}

/*
 * Nobody may keep a session waiting for ever: neither a client that does not
 * read nor a backend that does not answer.  Before login its deadline holds.
 */
static void
limit(struct ftp *f)
{
	bool waiting = lines_has_output(&f->client) ||
		       (f->phase == FTP_REPLY && !f->transfer.is_running);

	if (waiting || f->phase == FTP_CLOSING)
		session_limit(f->session);
	else if (f->login.is_done)
		session_unlimit(f->session);
}

void
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
			(void)stream_finish(&s->client);
			session_end(s);
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
