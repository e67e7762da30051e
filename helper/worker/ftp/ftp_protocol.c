/* SPDX-License-Identifier: BSD-2-Clause
 *
 * FTP as a session sees it: how it begins and ends, and what it says of
 * itself meanwhile.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/socket.h"

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
	f->offer.is_private = s->data.starts_private;
	s->data.scope = socket_scope(s->client.fd);
	lines_init(&f->client, &s->client);
	lines_init(&f->backend, &s->backend);
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
	ftp_log_transfer(f, NULL);
	login_delay_done(s, &f->login.delay);
	ev_timer_stop(s->host->loop, &f->transfer.keep_awake);
	lines_done(&f->client);
	lines_done(&f->backend);
	if (f->waiting != NULL)
		explicit_bzero(f->waiting, strlen(f->waiting));
	free(f->waiting);
	free(f->gathered);
	free(f->transfer.held);
	free(f);
	s->protocol_state = NULL;
}

static bool
ftp_is_untouched(const struct session *s)
{
	const struct ftp *f = s->protocol_state;

	return f != NULL && !f->is_backend_touched && f->queued == 0 &&
	       !f->has_backend_ended && !lines_has_input(&f->backend) &&
	       !lines_has_output(&f->backend);
}

static void
ftp_refuse(struct session *s, const char *why)
{
	const struct ftp *f = s->protocol_state;
	char reply[FTP_REPLY_MAX];

	if (f != NULL && (f->in_reply || lines_has_output(&f->client))) {
		/* It would come in the middle of another reply. */
		session_end(s);
		return;
	}
	(void)snprintf(reply, sizeof reply, "421 %s\r\n", why);
	session_end_saying(s, reply);
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

	return f != NULL && (f->transfer.is_running || f->phase == FTP_UPLOAD ||
				lines_has_output(&f->client));
}

const struct protocol ftp_protocol = {
	.has_login_deadline = true,
	.has_urgent_data = true,
	.tls_use = TLS_CONTROL,
	.alpn = "ftp",
	.open = ftp_open,
	.run = ftp_run,
	.refuse = ftp_refuse,
	.is_untouched = ftp_is_untouched,
	.close = ftp_close,
	.data = ftp_take_data,
	.count = ftp_count,
	.awaits_client = ftp_awaits_client,
	.is_busy = ftp_is_busy,
	.advice = ftp_advice,
};
