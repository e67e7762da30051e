/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Logins: their failures and their lines in the log, whatever the protocol.
 */
#include <config.h>
#include "helper/worker/login.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "helper/base/log.h"
#include "helper/worker/session.h"
#include "status/quote.h"
#include "status/tools/words.h"

#define FAILURES_MAX 5

static const bool is_attempt[STSSL_REASON_COUNT] = {
	[STSSL_REASON_BAD_USER] = true,
	[STSSL_REASON_NO_CLASS] = true,
	[STSSL_REASON_CLASS_REFUSES] = true,
	[STSSL_REASON_BAD_CERTIFICATE] = true,
	[STSSL_REASON_NOT_THIS_USER] = true,
};

bool
login_is_attempt(enum stssl_reason reason)
{
	return is_attempt[reason];
}

int
login_nonce(char ret[static LOGIN_NONCE])
{
	uint64_t nonce[2];

	if (getrandom(nonce, sizeof nonce, 0) != sizeof nonce)
		return -EIO;
	(void)snprintf(
	    ret, LOGIN_NONCE, "%016" PRIx64 "%016" PRIx64, nonce[0], nonce[1]);
	return 0;
}

/* Failures */

static void
on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	session_run(timer->data);
}

int
login_delay_begin(struct session *s, struct login_delay *d, const char *reply,
    const char *last)
{
	/* An Edge counts, too, and has to have seen its client's last one. */
	const unsigned most = FAILURES_MAX + session_is_from_link(s);

	d->is_last = ++d->failures == most;
	d->reply = strdup(d->is_last ? last : reply);
	if (d->reply == NULL)
		return -ENOMEM;
	if (s->listen->failed_login_seconds == 0)
		return 0;
	ev_timer_init(&d->timer, on_timer, s->listen->failed_login_seconds, 0.);
	d->timer.data = s;
	ev_timer_start(s->host->loop, &d->timer);
	return 0;
}

char *
login_delay_end(struct login_delay *d)
{
	char *reply = d->reply;

	if (ev_is_active(&d->timer))
		return NULL;
	d->reply = NULL;
	return reply;
}

bool
login_delay_is_last(const struct login_delay *d)
{
	return d->is_last;
}

void
login_delay_done(struct session *s, struct login_delay *d)
{
	ev_timer_stop(s->host->loop, &d->timer);
	free(d->reply);
	d->reply = NULL;
}

/* The log */

static const char *const ways[] = {
	[LOGIN_BY_NAME] = "name",
	[LOGIN_BY_PASSWORD] = "password",
	[LOGIN_BY_CERTIFICATE] = "certificate",
};

static const char *
version(const struct session *s)
{
	const char *text = session_tls_version(s);

	return text == NULL ? "none" : text;
}

void
login_log(struct session *s, const char *user, enum login_by by, bool success,
    const char *reply)
{
	char who[SESSION_LABEL], quoted[STSSL_QUOTE_MAX];

	/* The module's verdict was sent before the backend's reply. */
	host_listen(s->host);
	log_notice("%s %s user=%s by=%s verdict=%s reply=%s tls=%s",
	    success ? "logged-in" : "login-failed", session_label(s, who),
	    stssl_quote(quoted, sizeof quoted, user), ways[by],
	    s->decided.verdict < STSSL_VERDICT_COUNT
		? stssl_verdict_word(s->decided.verdict)
		: "none",
	    reply, version(s));
}

void
login_log_refused(
    const struct session *s, const char *user, enum stssl_reason reason)
{
	char who[SESSION_LABEL], quoted[STSSL_QUOTE_MAX];

	log_notice("refused %s user=%s reason=%s tls=%s", session_label(s, who),
	    stssl_quote(quoted, sizeof quoted, user), stssl_reason_word(reason),
	    version(s));
}
