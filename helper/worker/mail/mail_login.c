/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Logins as clients give them, in one piece or step by step.  The advisor is
 * asked what class policy says before the backend hears of any of it, and where
 * the name comes first, before the client is asked for the password.  This
 * grants nothing: the module decides, whatever is said here.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/decide.h"
#include "policy/user.h"
#include "status/ascii.h"
#include "status/tools/words.h"

void
mail_forget_login(struct mail *m)
{
	explicit_bzero(m->login.password, sizeof m->login.password);
	m->login.step = 0;
	m->login.in_literal = false;
	m->login.has_user = false;
	m->on_response = NULL;
}

/* Refusals */

/*
 * As FTP's.  A class that refuses sounds like no class at all: strangers need
 * not learn which names and networks classes.conf has.
 */
static const struct {
	enum mail_status status;
	const char *text;
} refusals[STSSL_REASON_COUNT] = {
	[STSSL_REASON_INTERNAL] = { MAIL_SAYS_LATER, "Try again later." },
	[STSSL_REASON_CONFIGURATION] = { MAIL_SAYS_LATER, "Try again later." },
	[STSSL_REASON_HELPER] = { MAIL_SAYS_LATER, "Try again later." },
	[STSSL_REASON_TLS_REQUIRED] = { MAIL_SAYS_NEEDS_TLS, "TLS required." },
	[STSSL_REASON_TLS_TOO_OLD] = { MAIL_SAYS_NEEDS_TLS,
	    "A newer TLS version is required." },
	[STSSL_REASON_NO_CERTIFICATE] = { MAIL_SAYS_DENIED,
	    "Client certificate required." },
	[STSSL_REASON_NOT_THIS_USER] = { MAIL_SAYS_NOT_HIS,
	    "The certificate does not belong to this user." },
	[STSSL_REASON_AMBIGUOUS] = { MAIL_SAYS_NOT_HIS,
	    "The certificate is several users'; name one." },
	/* EXTERNAL, which has none */
	[STSSL_REASON_BY_PASSWORD] = { MAIL_SAYS_NOT_HIS,
	    "The certificate does not log this user in." },
	[STSSL_REASON_AND_PASSWORD] = { MAIL_SAYS_NOT_HIS,
	    "A password is required, too." },
};

static void
refuse(struct mail *m, enum stssl_reason reason, enum stssl_failure failure)
{
	char text[MAIL_ANSWER_MAX / 2] = "Login refused.", buf[MAIL_ANSWER_MAX];
	enum mail_status status = refusals[reason].text == NULL
				      ? MAIL_SAYS_DENIED
				      : refusals[reason].status;

	if (refusals[reason].text != NULL)
		(void)snprintf(text, sizeof text, "%s", refusals[reason].text);
	if (reason == STSSL_REASON_BAD_CERTIFICATE)
		(void)snprintf(text, sizeof text,
		    "The certificate is not accepted: %s.",
		    stssl_failure_text(failure));
	if (login_is_attempt(reason))
		host_failed(m->session, PENALTY_LOGIN_FAILED);
	mail_login_failed(m, mail_phrase(m, status, text, buf));
}

/* One that no advisor was asked about. */
void
mail_refuse_login(struct mail *m, enum stssl_reason reason)
{
	login_log_refused(m->session, m->login.user, reason);
	refuse(m, reason, m->session->certificate.failure);
}

void
mail_login_failed(struct mail *m, const char *reply)
{
	char last[MAIL_ANSWER_MAX];

	mail_forget_login(m);
	(void)mail_phrase(m, MAIL_SAYS_END, "Too many failed logins.", last);
	if (login_delay_begin(m->session, &m->login.delay, reply, last) < 0)
		mail_end(m, "The service is not available.");
	else
		m->phase = MAIL_PENALTY;
}

bool
mail_end_penalty(struct mail *m)
{
	char *reply =
	    m->phase == MAIL_PENALTY ? login_delay_end(&m->login.delay) : NULL;

	if (reply == NULL)
		return false;
	mail_show(m, reply);
	mail_await(m);
	if (m->phase == MAIL_COMMAND && login_delay_is_last(&m->login.delay))
		m->phase = MAIL_CLOSING;
	free(reply);
	return true;
}

/* A login that is no attempt yet. */
void
mail_reject_login(struct mail *m, enum mail_status status, const char *text)
{
	mail_forget_login(m);
	mail_say(m, status, text);
	mail_await(m);
}

/* Advice */

/* The certificate says who it is. */
static bool
has_no_name(const struct mail *m)
{
	return m->login.mechanism == MAIL_EXTERNAL && m->login.user[0] == '\0';
}

void
mail_ask_advisor(struct mail *m, void (*then)(struct mail *))
{
	bool by_name = !has_no_name(m);

	m->login.then = then;
	m->phase = MAIL_ADVICE;
	session_ask(m->session, by_name ? ABOUT_USER : ABOUT_CERTIFICATE,
	    by_name ? m->login.user : NULL);
}

/* EXTERNAL: the certificate has to do, and its name has to be one. */
static bool
is_by_certificate(struct mail *m, const struct message_advice *advice)
{
	if (advice->verdict != STSSL_VERDICT_ACCEPT)
		return false;
	if (!has_no_name(m))
		return true;
	(void)snprintf(m->login.user, sizeof m->login.user, "%s", advice->user);
	return stssl_user_valid(advice->user);
}

bool
mail_follow_advice(struct mail *m)
{
	const struct message_advice *advice = &m->login.advice;

	if (m->phase != MAIL_ADVISED)
		return false;
	m->phase = MAIL_COMMAND;
	if (advice->verdict != STSSL_VERDICT_ACCEPT &&
	    advice->verdict != STSSL_VERDICT_PASSWORD)
		refuse(m, (enum stssl_reason)advice->reason,
		    (enum stssl_failure)advice->failure);
	else if (m->login.mechanism == MAIL_EXTERNAL &&
		 !is_by_certificate(m, advice))
		mail_refuse_login(m, (enum stssl_reason)advice->reason);
	else
		m->login.then(m);
	return true;
}

/* What may follow it */

/* A certificate that does needs no password: what was sent goes no further. */
void
mail_go_to_backend(struct mail *m)
{
	bool accepted = m->login.advice.verdict == STSSL_VERDICT_ACCEPT;

	session_forget_verdict(m->session);
	m->login.by = accepted ? LOGIN_BY_CERTIFICATE : LOGIN_BY_PASSWORD;
	if (accepted && login_nonce(m->login.password) < 0)
		mail_reject_login(m, MAIL_SAYS_LATER, "Try again later.");
	else
		mail_log_in(m);
}

/* Names and passwords */

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (stssl_is_control(*text))
			return true;
	return false;
}

/* False when the login was refused for it. */
bool
mail_check_user(struct mail *m)
{
	if (m->login.user[0] != '\0' && !has_control(m->login.user))
		return true;
	mail_refuse_login(m, STSSL_REASON_BAD_USER);
	return false;
}

bool
mail_set_user(struct mail *m, const char *name)
{
	bool fits = strlen(name) < sizeof m->login.user;

	(void)snprintf(m->login.user, sizeof m->login.user, "%s", name);
	if (fits)
		return mail_check_user(m);
	mail_refuse_login(m, STSSL_REASON_BAD_USER);
	return false;
}

static bool
reject_password(struct mail *m)
{
	mail_reject_login(m, MAIL_SAYS_SYNTAX, "Not an acceptable password.");
	return false;
}

/* A line break may be the end of a command, and what follows another one. */
bool
mail_check_password(struct mail *m)
{
	return strpbrk(m->login.password, "\r\n") == NULL || reject_password(m);
}

bool
mail_set_password(struct mail *m, const char *password)
{
	if (strlen(password) >= sizeof m->login.password)
		return reject_password(m);
	(void)snprintf(
	    m->login.password, sizeof m->login.password, "%s", password);
	return mail_check_password(m);
}
