/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transfers, from the client's command to the last reply.  The reply is held
 * back until the data connection has ended, so that the client never reads
 * "complete" before it is.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replies */

static const struct {
	const char *word;  /* for the log */
	const char *reply; /* for the client */
} failures[] = {
#define X(name, word, reply) [DATA_##name] = { word, reply },
	DATA_OUTCOMES(X)
#undef X
};

static void
note_failure(const struct ftp *f, enum data_outcome outcome)
{
	char what[64];

	if (failures[outcome].word == NULL)
		return;
	(void)snprintf(what, sizeof what, "failed=%s", failures[outcome].word);
	session_note(f->session, "data", what);
}

/* Tell why there is no data connection, and forget it. */
static void
say_failure(struct ftp *f)
{
	enum data_outcome outcome = f->data->outcome;

	note_failure(f, outcome);
	ftp_say(f, failures[outcome].reply);
	ftp_drop_data(f);
	ftp_log_transfer(f, failures[outcome].reply);
}

/* These are the client's doing: the backend only sees a broken connection. */
static bool
is_our_word(enum data_outcome outcome, bool success)
{
	return outcome >= DATA_NO_CONNECTION ||
	       (success && failures[outcome].reply != NULL);
}

static void
transfer_over(struct ftp *f, const char *reply)
{
	ftp_drop_data(f);
	ftp_say(f, reply);
	ftp_log_transfer(f, reply);
	f->transfer.is_running = f->transfer.has_150 = false;
	ev_timer_stop(f->session->host->loop, &f->transfer.keep_awake);
	/* When it was held, it is no more what the backend says next. */
	if (f->transfer.held == NULL)
		ftp_answered(f);
	free(f->transfer.held);
	f->transfer.held = NULL;
	ftp_await(f);
}

/*
 * The reply to a transfer that ABOR has ended.  The backend may have been done
 * with it, or not have connected yet: either is an aborted transfer.
 */
static const char *
aborted(const char *reply)
{
	bool is_its_own = reply[0] != '2' && strncmp(reply, "425", 3) != 0;

	return is_its_own ? reply : failures[DATA_BROKEN_CLIENT].reply;
}

/* The backend's last word is `reply`: say it, ours, or nothing yet. */
static bool
conclude(struct ftp *f, const char *reply)
{
	bool success = reply[0] == '2';
	enum data_outcome outcome;

	if (f->data == NULL) {
		transfer_over(f, aborted(reply));
		return true;
	}
	if (f->data->outcome == DATA_PENDING && success)
		data_hurry(f->data);
	outcome = f->data->outcome;
	if (outcome == DATA_PENDING && success)
		return false;
	data_finish(f->data, success);
	if (!f->data->is_finished)
		return false;
	note_failure(f, outcome);
	transfer_over(
	    f, is_our_word(outcome, success) ? failures[outcome].reply : reply);
	return true;
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

/* Keep the reply to a transfer until its data are out; takes `reply`. */
static void
hold(struct ftp *f, char *reply)
{
	double seconds = f->session->host->noop_seconds;

	f->transfer.held = reply;
	ftp_answered(f);
	ev_timer_init(&f->transfer.keep_awake, on_keep_awake, seconds, seconds);
	f->transfer.keep_awake.data = f->session;
	ev_timer_start(f->session->host->loop, &f->transfer.keep_awake);
}

static bool
is_cut(const struct ftp *f)
{
	return f->data == NULL || (f->data->outcome != DATA_PENDING &&
				      f->data->outcome != DATA_COMPLETE);
}

static void
on_preliminary(struct ftp *f)
{
	if (!f->transfer.swallow_150)
		ftp_pass_reply(f);
	if (f->reply.part != FTP_REPLY_LAST)
		return;
	f->transfer.has_150 = true;
	if (f->data != NULL)
		data_relay(f->data);
}

/*
 * Pure-FTPd's last reply to a download that was broken off is a second 150,
 * with the time that it took.
 */
static void
on_transfer(struct ftp *f)
{
	bool is_last =
	    f->reply.code >= 200 || (f->transfer.has_150 && is_cut(f));
	char *whole;

	if (!is_last) {
		on_preliminary(f);
		return;
	}
	whole = ftp_gather(f);
	if (whole == NULL)
		return;
	if (f->reply.code < 200) {
		free(whole);
		whole = strdup(failures[DATA_BROKEN_CLIENT].reply);
		if (whole == NULL) {
			f->phase = FTP_CLOSED;
			return;
		}
	}
	if (conclude(f, whole))
		free(whole);
	else
		hold(f, whole);
}

/*
 * The backend hears of ABOR when the transfer has ended already, by losing
 * its data connection, and wonders.
 */
static void
on_abort(struct ftp *f)
{
	if (f->reply.code != 225) {
		ftp_on_other(f);
		return;
	}
	if (f->reply.part == FTP_REPLY_MORE)
		return;
	ftp_answered(f);
	ftp_say(f, "226 Abort successful.");
}

/* The client's side of an upload has come up, or failed to. */
static void
upload_changed(struct ftp *f)
{
	char *line = f->waiting;

	if (data_client_ready(f->data))
		data_expect_backend(f->data);
	/* It may have failed at that: STOR would empty the file for nothing. */
	if (data_client_ready(f->data)) {
		f->waiting = NULL;
		f->transfer.is_running = true;
		ftp_ask(f, line, on_transfer);
		free(line);
		return;
	}
	if (f->data->outcome == DATA_PENDING)
		return;
	say_failure(f);
	free(f->waiting);
	f->waiting = NULL;
	if (f->phase == FTP_UPLOAD)
		f->phase = FTP_COMMAND;
}

void
ftp_transfer_changed(struct ftp *f)
{
	if (f->phase == FTP_UPLOAD)
		upload_changed(f);
	else if (f->transfer.held != NULL)
		(void)conclude(f, f->transfer.held);
}

/* Commands */

/*
 * STOR waits until the data connection stands, or a client whose TLS fails
 * would leave an empty file where a whole one was.
 */
static void
begin_upload(struct ftp *f, const struct ftp_command *c)
{
	f->waiting = strdup(c->line);
	if (f->waiting == NULL) {
		ftp_drop_data(f);
		ftp_say(f, "451 Out of memory.");
		return;
	}
	f->phase = FTP_UPLOAD;
	ftp_log_begin(f, c, DATA_UPLOAD);
	ftp_say(f, "150 Ok to send data.");
	data_begin(f->data, DATA_UPLOAD, true);
}

/* From an Edge all data come by TLS, however the client's get there. */
static bool
has_tls(const struct ftp *f)
{
	return f->offer.is_private || session_is_from_link(f->session);
}

static void
begin(struct ftp *f, const struct ftp_command *c, enum data_direction direction,
    bool replaces)
{
	/* The verdict was sent before the backend's 230: look for it first. */
	host_listen(f->session->host);
	if (f->session->data.is_private && !f->offer.is_private) {
		ftp_say(f, "521 Data must be protected; use PROT P.");
		return;
	}
	if (f->data == NULL && !f->login.is_done) {
		/* It would be refused anyway: let the backend say why. */
		ftp_ask(f, c->line, ftp_on_other);
		return;
	}
	if (f->data == NULL) {
		ftp_say(f, "425 Use PASV or PORT first.");
		return;
	}
	f->transfer.swallow_150 = replaces && has_tls(f);
	if (f->transfer.swallow_150) {
		begin_upload(f, c);
		return;
	}
	ftp_log_begin(f, c, direction);
	data_begin(f->data, direction, has_tls(f));
	if (f->data->outcome == DATA_PENDING)
		data_expect_backend(f->data);
	if (f->data->outcome != DATA_PENDING) {
		/* The backend would wait for its connection in vain. */
		say_failure(f);
		return;
	}
	f->transfer.is_running = true;
	ftp_ask(f, c->line, on_transfer);
}

void
ftp_do_download(struct ftp *f, const struct ftp_command *c)
{
	begin(f, c, DATA_DOWNLOAD, false);
}

/* Not every backend has it: without a data connection, too, it says so. */
void
ftp_do_mlsd(struct ftp *f, const struct ftp_command *c)
{
	if (f->data == NULL)
		ftp_ask(f, c->line, ftp_on_other);
	else
		ftp_do_download(f, c);
}

void
ftp_do_upload(struct ftp *f, const struct ftp_command *c)
{
	begin(f, c, DATA_UPLOAD, true);
}

/*
 * It replaces no file, so it need not wait for TLS; and its 150 is the
 * backend's, which has the file's name (RFC 1123 section 4.1.2.9).
 */
void
ftp_do_stou(struct ftp *f, const struct ftp_command *c)
{
	begin(f, c, DATA_UPLOAD, false);
}

#define ABORTED "426 Transfer aborted."

void
ftp_do_abor(struct ftp *f, const struct ftp_command *c)
{
	ftp_drop_data(f);
	if (f->phase == FTP_UPLOAD) {
		/* The backend has not heard of it. */
		free(f->waiting);
		f->waiting = NULL;
		f->phase = FTP_COMMAND;
		ftp_say(f, ABORTED);
		ftp_log_transfer(f, ABORTED);
		ftp_say(f, "226 Abort successful.");
		return;
	}
	ftp_ask(f, c->line, f->transfer.is_running ? on_abort : ftp_on_other);
}
