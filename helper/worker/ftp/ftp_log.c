/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an audit asks for: who has logged in or tried to, and what was
 * transferred.  Says what this process knows: what it has told the backend and
 * the client, and what they have told it.  Never a password.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/log.h"
#include "status/quote.h"
#include "status/tools/words.h"

void
ftp_log_login(struct ftp *f)
{
	char reply[sizeof "4294967295"];

	(void)snprintf(reply, sizeof reply, "%u", (unsigned)f->reply.code);
	login_log(f->session, f->login.user, f->login.tried,
	    f->reply.code == 230 || f->reply.code == 232, reply);
}

/* Transfers */

void
ftp_log_begin(
    struct ftp *f, const struct ftp_command *c, enum data_direction direction)
{
	const char *download = strcmp(c->verb, "RETR") == 0 ? "out" : "list";

	free(f->transfer.note.file);
	f->transfer.note = (struct ftp_note){
		.is_due = true,
		.direction = direction == DATA_UPLOAD ? "in" : download,
		.file = strdup(c->arg),
		.begun = ev_now(f->session->host->loop),
	};
}

void
ftp_log_data(struct ftp *f)
{
	struct ftp_note *note = &f->transfer.note;
	const struct data *d = f->data;
	const struct client_data *c = &d->client;
	uint64_t in = 0, out = 0;

	if (!note->is_due || !d->has_begun)
		return;
	data_count(d, &in, &out);
	note->bytes = d->direction == DATA_UPLOAD ? in : out;
	note->has_run = d->may_relay;
	/* An upload is whole by then: the backend has it. */
	note->has_lost_end = d->has_lost_end && d->direction == DATA_DOWNLOAD;
	/* From an Edge all are by TLS; it is about the client's there. */
	note->is_private = session_is_from_link(f->session)
			       ? f->offer.is_private
			       : c->is_secure;
	note->version = c->version;
	note->proof = c->is_resumed             ? "resumed"
		      : c->has_same_certificate ? "certificate"
						: "none";
}

/* Both sides have had a proper end, and the client was told so. */
static const char *
result(const struct ftp_note *note, const char *reply)
{
	if (reply != NULL && reply[0] == '2' && !note->has_lost_end)
		return "whole";
	return note->has_run ? "cut" : "none";
}

/* "none" without a certificate, else its fingerprint and what it is worth. */
static const char *
certificate(const struct session *s, char *buf, size_t size)
{
	enum stssl_failure failure = s->certificate.failure;

	if (!s->certificate.is_sent)
		return "sha256=none verify=NONE";
	(void)snprintf(buf, size, "sha256=%s verify=%s%s", s->fingerprint,
	    failure == STSSL_FAILURE_NONE ? "SUCCESS" : "FAILED:",
	    failure == STSSL_FAILURE_NONE ? "" : stssl_failure_word(failure));
	return buf;
}

void
ftp_log_transfer(struct ftp *f, const char *reply)
{
	struct ftp_note *note = &f->transfer.note;
	const struct session *s = f->session;
	char who[SESSION_LABEL], user[STSSL_QUOTE_MAX], cert[160];
	char class_name[STSSL_QUOTE_MAX / 2], file[STSSL_QUOTE_MAX];

	if (!note->is_due)
		return;
	log_info("transfer %s user=%s class=%s direction=%s file=%s "
		 "bytes=%" PRIu64 " seconds=%.3f result=%s reply=%.3s "
		 "protection=%s tls=%s proof=%s %s",
	    session_label(s, who),
	    f->login.is_done ? stssl_quote(user, sizeof user, f->login.user)
			     : "-",
	    s->decided.verdict < STSSL_VERDICT_COUNT
		? stssl_quote(
		      class_name, sizeof class_name, s->decided.class_name)
		: "-",
	    note->direction, stssl_quote(file, sizeof file, note->file),
	    note->bytes, ev_now(s->host->loop) - note->begun,
	    result(note, reply), reply == NULL ? "-" : reply,
	    note->is_private ? "private" : "clear",
	    note->version == NULL ? "none" : note->version,
	    note->proof == NULL ? "none" : note->proof,
	    certificate(s, cert, sizeof cert));
	free(note->file);
	*note = (struct ftp_note){ 0 };
}
