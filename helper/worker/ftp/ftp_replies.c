/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The backend's replies: each command in the queue has a handler for its own.
 * Here are those of the greeting, of logins, of FEAT, and of all commands that
 * are not ours.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <stdlib.h>
#include <string.h>

bool
ftp_is_last(const struct ftp *f)
{
	/* 1xx announces another reply to the same command. */
	return f->reply.part == FTP_REPLY_LAST && f->reply.code >= 200;
}

char *
ftp_gather(struct ftp *f)
{
	char *whole, *before = f->gathered;
	size_t size = before == NULL ? 0 : strlen(before) + 2;
	size_t len = strlen(f->reply.line);

	if (size + len > LINE_MAX_BYTES) {
		if (f->reply.part != FTP_REPLY_LAST && size > 0)
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
		whole[size - 2] = '\r';
		whole[size - 1] = '\n';
	}
	memcpy(whole + size, f->reply.line, len + 1);
	free(before);
	f->gathered = whole;
	if (f->reply.part != FTP_REPLY_LAST)
		return NULL;
	f->gathered = NULL;
	return whole;
}

void
ftp_on_other(struct ftp *f)
{
	ftp_pass_reply(f);
	if (ftp_is_last(f))
		ftp_answered(f);
}

/* After AUTH the client has been greeted: it sees a refusal, nothing else. */
void
ftp_on_greeting(struct ftp *f)
{
	const struct session *s = f->session;
	bool was_greeted =
	    s->listen->tls == LISTEN_EXPLICIT && ftp_is_secure(f);

	if (!was_greeted || f->reply.code >= 300)
		ftp_pass_reply(f);
	if (!ftp_is_last(f))
		return;
	ftp_answered(f);
	if (f->reply.code != 220)
		f->phase = FTP_CLOSING;
	else if (session_is_to_link(s) && f->offer.is_private)
		/* The Server cannot know what the client began with. */
		ftp_ask(f, "PROT P", ftp_on_noop);
}

void
ftp_on_login(struct ftp *f)
{
	char *whole;

	if (f->reply.code == 530) {
		whole = ftp_gather(f);
		if (whole == NULL)
			return;
		ftp_log_login(f);
		ftp_answered(f);
		host_failed(f->session, PENALTY_LOGIN_FAILED);
		ftp_login_failed(f, whole);
		free(whole);
		return;
	}
	if (ftp_is_last(f) && (f->reply.code == 230 || f->reply.code >= 400))
		ftp_log_login(f);
	if (ftp_is_last(f) && f->reply.code == 230)
		ftp_logged_in(f);
	ftp_on_other(f);
}

/* FEAT: the backend's features less those that are ours, then ours. */
#define OUR_FEATURES " AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n211 End"

void
ftp_on_feat(struct ftp *f)
{
	if (f->reply.part == FTP_REPLY_MORE) {
		if (f->reply.code == 211 && !ftp_feature_is_ours(f->reply.line))
			ftp_pass_reply(f);
		return;
	}
	/* A backend that has no features leaves ours. */
	ftp_say(
	    f, f->in_reply ? OUR_FEATURES : "211-Features:\r\n" OUR_FEATURES);
	ftp_answered(f);
}

/* The client has not asked, and hears nothing of it. */
void
ftp_on_noop(struct ftp *f)
{
	if (ftp_is_last(f))
		ftp_answered(f);
}
