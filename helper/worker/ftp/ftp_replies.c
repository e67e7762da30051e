/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What backends say: each command in the queue has a handler for its reply.
 * The last reply to a transfer is held back until the data connection has
 * ended, so that the client never reads "complete" before it is.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
is_last(const struct ftp *f, enum ftp_reply_part part)
{
	/* 1xx announces another reply to the same command. */
	return part == FTP_REPLY_LAST && f->reply.code >= 200;
}

/*
 * A reply of several lines ends with the code that it began with (RFC 959
 * section 4.2).  So where the helper may say something else in its place, no
 * line of it goes out before the last.
 *
 * Takes a line.  Returns NULL when there are more; after the last the whole
 * reply, lines apart, which is the caller's to free().  It is no longer than a
 * line may be: lines that do not fit are left out, but the first stands as long
 * as the last fits behind it, and the last always, so that it remains a reply.
 * Without memory it is the end, and NULL.
 */
static char *
gather(struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	char *whole, *before = f->gathered;
	size_t size = before == NULL ? 0 : strlen(before) + 2;

	if (size + len > LINE_MAX_BYTES) {
		if (part != FTP_REPLY_LAST && size > 0)
			return NULL;
		size = 0;
	}
	whole = malloc(size + len + 1);
	if (whole == NULL) {
		f->phase = FTP_CLOSED;
		return NULL;
	}
	if (size > 0) {
		memcpy(whole, before, size - 2);
		memcpy(whole + size - 2, "\r\n", 2);
	}
	memcpy(whole + size, line, len);
	whole[size + len] = '\0';
	free(before);
	f->gathered = whole;
	if (part != FTP_REPLY_LAST)
		return NULL;
	f->gathered = NULL;
	return whole;
}

void
ftp_on_other(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	ftp_pass_on(f, line, len);
	if (is_last(f, part))
		ftp_answered(f);
}

/* After AUTH the client has been greeted: it sees a refusal, nothing else. */
void
ftp_on_greeting(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	if (!f->eat_greeting || f->reply.code >= 300)
		ftp_pass_on(f, line, len);
	if (!is_last(f, part))
		return;
	ftp_answered(f);
	if (f->reply.code != 220)
		f->phase = FTP_CLOSING;
}

void
ftp_on_login(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	char *whole;

	if (f->reply.code == 530) {
		whole = gather(f, part, line, len);
		if (whole == NULL)
			return;
		ftp_answered(f);
		session_failed(f->session, PENALTY_LOGIN_FAILED);
		ftp_login_failed(f, whole);
		free(whole);
		return;
	}
	if (is_last(f, part) && f->reply.code == 230)
		ftp_logged_in(f);
	ftp_on_other(f, part, line, len);
}

/* FEAT: the backend's features less those that are ours, then ours. */
#define OUR_FEATURES " AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n211 End"

void
ftp_on_feat(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	if (part == FTP_REPLY_MORE) {
		f->feat_open = f->reply.code == 211;
		if (f->feat_open && !ftp_feature_is_ours(line))
			ftp_pass_on(f, line, len);
		return;
	}
	/* A backend that has no features leaves ours. */
	ftp_say(
	    f, f->feat_open ? OUR_FEATURES : "211-Features:\r\n" OUR_FEATURES);
	ftp_answered(f);
}

/* Data connections */

/*
 * A fresh ticket, so that the next data connection can resume this session.
 * Only a convenience: it must not get between the halves of a reply that did
 * not fit into the socket.
 */
static void
send_ticket(struct ftp *f)
{
	if (!ftp_is_secure(f) || !f->private || lines_has_output(&f->client))
		return;
	if (tls_send_ticket(f->session->client.tls) != TLS_DONE)
		f->phase = FTP_CLOSED;
}

/* The backend's side is there, or will be: now the client's. */
static int
offer(struct ftp *f)
{
	char reply[FTP_REPLY_MAX];
	struct stssl_address at;
	int r;

	if (f->way == FTP_PORT) {
		data_target(f->data, &f->target);
		send_ticket(f);
		ftp_say(f, "200 Command successful.");
		return 0;
	}
	r = data_listen(f->data, &at);
	if (r < 0)
		return r;
	send_ticket(f);
	ftp_say(f, f->way == FTP_PASV ? ftp_format_227(&at, reply)
				      : ftp_format_229(&at, reply));
	return 0;
}

static void
offer_or_refuse(struct ftp *f, int r)
{
	if (r == 0)
		r = offer(f);
	if (r == 0)
		return;
	ftp_drop_data(f);
	ftp_say(f, FTP_NO_DATA);
}

/* That the user must log in first, or that the service ends, is for clients. */
static bool
is_for_client(int code)
{
	return code == 530 || code == 421;
}

/* The reply to our PORT or EPRT. */
void
ftp_on_active(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	if (part == FTP_REPLY_MORE)
		return;
	if (f->reply.code / 100 == 2) {
		offer_or_refuse(f, 0);
	} else if (is_for_client(f->reply.code)) {
		ftp_drop_data(f);
		ftp_pass_on(f, line, len);
	} else {
		session_note(f->session, "data", "failed=backend-refuses-port");
		offer_or_refuse(f, -ECONNREFUSED);
	}
	ftp_answered(f);
}

/* Connect to where the backend listens. */
static int
connect_backend(struct ftp *f, uint16_t port)
{
	const struct listen_config *listen = f->session->listen;

	if (port < listen->backend_ports.low ||
	    port > listen->backend_ports.high) {
		session_note(f->session, "data", "failed=backend-port");
		return -EACCES;
	}
	f->data = data_new(&f->context);
	return f->data == NULL ? -ENOMEM : data_connect_backend(f->data, port);
}

/* The reply to our PASV or EPSV. */
void
ftp_on_passive(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	uint16_t port = 0;
	int r;

	if (part == FTP_REPLY_MORE)
		return;
	if (f->reply.code == 227 || f->reply.code == 229) {
		r = f->reply.code == 227 ? ftp_parse_227(line, &port)
					 : ftp_parse_229(line, &port);
		offer_or_refuse(f, r == 0 ? connect_backend(f, port) : r);
	} else {
		ftp_pass_on(f, line, len);
	}
	ftp_answered(f);
}

/* Transfers */

/* What the client gets when the backend calls success what was none. */
static const char *const failures[] = {
	[DATA_PENDING] = NULL,
	[DATA_COMPLETE] = NULL,
	[DATA_BROKEN_CLIENT] =
	    "426 The data connection was broken off; transfer incomplete.",
	[DATA_BROKEN_BACKEND] = "451 The transfer is incomplete.",
	[DATA_TWO_BACKENDS] = "451 The transfer is incomplete.",
	[DATA_NO_CONNECTION] = "425 No data connection.",
	[DATA_NO_TLS] = "522 TLS on the data connection failed.",
	[DATA_NOT_RESUMED] = "522 The data connection must resume the control "
			     "connection's TLS session.",
	[DATA_OTHER_CERTIFICATE] = "522 The data connection must resume the "
				   "control connection's TLS session, or show "
				   "the same client certificate.",
};

/* The same for the log. */
static const char *const failure_words[] = {
	[DATA_PENDING] = NULL,
	[DATA_COMPLETE] = NULL,
	[DATA_BROKEN_CLIENT] = "failed=truncated",
	[DATA_BROKEN_BACKEND] = "failed=backend",
	[DATA_TWO_BACKENDS] = "failed=two-backends",
	[DATA_NO_CONNECTION] = "failed=no-connection",
	[DATA_NO_TLS] = "failed=no-tls",
	[DATA_NOT_RESUMED] = "failed=not-resumed",
	[DATA_OTHER_CERTIFICATE] = "failed=other-certificate",
};

static void
note_failure(const struct ftp *f, enum data_outcome outcome)
{
	if (failure_words[outcome] != NULL)
		session_note(f->session, "data", failure_words[outcome]);
}

void
ftp_say_failure(struct ftp *f)
{
	enum data_outcome outcome = data_outcome(f->data);

	note_failure(f, outcome);
	ftp_say(f, failures[outcome]);
	ftp_drop_data(f);
}

/* These are the client's doing: the backend only sees a broken connection. */
static bool
is_our_word(enum data_outcome outcome, bool success)
{
	return outcome >= DATA_NO_CONNECTION ||
	       (success && failures[outcome] != NULL);
}

static void
transfer_over(struct ftp *f, const char *reply)
{
	ftp_drop_data(f);
	ftp_say(f, reply);
	f->transferring = false;
	ev_timer_stop(f->session->host->loop, &f->keep_awake);
	/* When it was held, it is no more what the backend says next. */
	if (f->held == NULL)
		ftp_answered(f);
	free(f->held);
	f->held = NULL;
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

	return is_its_own ? reply : failures[DATA_BROKEN_CLIENT];
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
	if (data_outcome(f->data) == DATA_PENDING && success)
		data_hurry(f->data);
	outcome = data_outcome(f->data);
	if (outcome == DATA_PENDING && success)
		return false;
	data_finish(f->data, success);
	if (!data_is_finished(f->data))
		return false;
	note_failure(f, outcome);
	transfer_over(
	    f, is_our_word(outcome, success) ? failures[outcome] : reply);
	return true;
}

void
ftp_on_transfer(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	char *whole;

	if (f->reply.code < 200) {
		if (!f->swallow_150)
			ftp_pass_on(f, line, len);
		if (part == FTP_REPLY_LAST && f->data != NULL)
			data_relay(f->data);
		return;
	}
	whole = gather(f, part, line, len);
	if (whole == NULL)
		return;
	if (conclude(f, whole))
		free(whole);
	else
		ftp_hold(f, whole);
}

/* The client has not asked, and hears nothing of it. */
void
ftp_on_noop(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	(void)line;
	(void)len;
	if (is_last(f, part))
		ftp_answered(f);
}

/*
 * The backend hears of ABOR when the transfer has ended already, by losing
 * its data connection, and wonders.
 */
void
ftp_on_abort(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len)
{
	if (f->reply.code != 225) {
		ftp_on_other(f, part, line, len);
		return;
	}
	if (part == FTP_REPLY_MORE)
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
		f->transferring = true;
		ftp_ask(f, line, ftp_on_transfer);
		free(line);
		return;
	}
	if (data_outcome(f->data) == DATA_PENDING)
		return;
	ftp_say_failure(f);
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
	else if (f->held != NULL)
		(void)conclude(f, f->held);
}
