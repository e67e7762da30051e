/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mail as a session sees it: how it begins and ends, and what it says of itself
 * meanwhile.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mail_dialect *const dialects[] = {
	[LISTEN_IMAP] = &mail_imap,
	[LISTEN_POP3] = &mail_pop3,
	[LISTEN_SMTP] = &mail_smtp,
};

static int
mail_open(struct session *s)
{
	struct mail *m = calloc(1, sizeof *m);

	if (m == NULL)
		return -ENOMEM;
	m->session = s;
	m->dialect = dialects[s->listen->protocol];
	lines_init(&m->client, &s->client);
	lines_init(&m->backend, &s->backend);
	s->protocol_state = m;
	return 0;
}

static void
mail_close(struct session *s)
{
	struct mail *m = s->protocol_state;

	if (m == NULL)
		return;
	login_delay_done(s, &m->login.delay);
	lines_done(&m->client);
	lines_done(&m->backend);
	free(m->held);
	explicit_bzero(m, sizeof *m);
	free(m);
	s->protocol_state = NULL;
}

static bool
mail_is_untouched(const struct session *s)
{
	const struct mail *m = s->protocol_state;

	return m != NULL && !m->is_backend_touched && !m->has_backend_ended &&
	       !lines_has_input(&m->backend) && !lines_has_output(&m->backend);
}

static void
mail_refuse(struct session *s, const char *why)
{
	const struct mail *m = s->protocol_state;
	const struct mail_dialect *d = dialects[s->listen->protocol];
	char reply[MAIL_ANSWER_MAX];

	if (m != NULL && (m->in_reply || lines_has_output(&m->client))) {
		/* It would come in the middle of another reply. */
		session_end(s);
		return;
	}
	(void)snprintf(
	    reply, sizeof reply, "%s %s\r\n", d->says[MAIL_SAYS_END], why);
	session_end_saying(s, reply);
}

static bool
mail_awaits_client(const struct session *s)
{
	const struct mail *m = s->protocol_state;

	return m != NULL &&
	       (m->phase == MAIL_COMMAND || m->phase == MAIL_RESPONSE ||
		   lines_has_output(&m->client));
}

static bool
mail_is_busy(const struct session *s)
{
	const struct mail *m = s->protocol_state;

	return m != NULL && lines_has_output(&m->client);
}

#define PROTOCOL(name)                                                     \
	.has_login_deadline = true, .tls_use = TLS_SINGLE, .alpn = (name), \
	.open = mail_open, .run = mail_run, .refuse = mail_refuse,         \
	.is_untouched = mail_is_untouched, .close = mail_close,            \
	.awaits_client = mail_awaits_client, .is_busy = mail_is_busy,      \
	.advice = mail_advice

/* RFC 7595 has no name for SMTP. */
const struct protocol imap_protocol = { PROTOCOL("imap") };
const struct protocol pop3_protocol = { PROTOCOL("pop3") };
const struct protocol smtp_protocol = { PROTOCOL(NULL) };
