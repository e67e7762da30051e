/* SPDX-License-Identifier: BSD-2-Clause
 *
 * USER and PASS.  The advisor is asked what class policy says before the
 * backend hears of either, so that nobody is asked for a password that must
 * not cross in clear, or that a certificate makes superfluous.  This grants
 * nothing: the module decides, whatever is said here.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/decide.h"
#include "policy/user.h"
#include "status/tools/words.h"

/*
 * The texts of refusals; lftp must not take one for a reason to retry.  A
 * class that refuses sounds like no class at all: strangers need not learn
 * which names and networks classes.conf has.
 */
static const char *const refusals[STSSL_REASON_COUNT] = {
	[STSSL_REASON_TLS_REQUIRED] = "TLS required; use AUTH TLS.",
	[STSSL_REASON_TLS_TOO_OLD] = "A newer TLS version is required.",
	[STSSL_REASON_NO_CERTIFICATE] = "Client certificate required.",
	[STSSL_REASON_NOT_THIS_USER] =
	    "The certificate does not belong to this user.",
	[STSSL_REASON_AMBIGUOUS] =
	    "The certificate is several users'; name one with USER.",
};

static void
refuse(struct ftp *f, const struct message_advice *advice)
{
	char reply[FTP_REPLY_MAX];
	const char *text = refusals[advice->reason];

	if (login_is_attempt(advice->reason))
		host_failed(f->session, PENALTY_LOGIN_FAILED);
	if (f->login.is_site_auth &&
	    advice->reason == STSSL_REASON_NOT_THIS_USER)
		text = "The certificate is no user's; name one with USER.";
	if (advice->reason == STSSL_REASON_BAD_CERTIFICATE)
		(void)snprintf(reply, sizeof reply,
		    "530 The certificate is not accepted: %s.",
		    stssl_failure_text((enum stssl_failure)advice->failure));
	else
		(void)snprintf(reply, sizeof reply, "530 %s",
		    text == NULL ? "Login refused." : text);
	ftp_login_failed(f, reply);
}

/* Failed logins */

void
ftp_login_failed(struct ftp *f, const char *reply)
{
	f->login.has_user = false;
	if (login_delay_begin(f->session, &f->login.delay, reply,
		"421 Too many failed logins.") < 0)
		ftp_end(f, "421 The service is not available.");
	else
		f->phase = FTP_PENALTY;
}

bool
ftp_end_penalty(struct ftp *f)
{
	char *reply =
	    f->phase == FTP_PENALTY ? login_delay_end(&f->login.delay) : NULL;

	if (reply == NULL)
		return false;
	f->phase = FTP_COMMAND;
	if (login_delay_is_last(&f->login.delay))
		ftp_end(f, reply);
	else
		ftp_say(f, reply);
	free(reply);
	return true;
}

/* Login by certificate: the backend wants some password, and gets a nonce. */

/*
 * The backend's code for it, in all lines of the reply, becomes 232 (RFC 4217
 * section 12.2); or 331 for clients that take 232 for an error: they send a
 * password then, which nobody looks at.
 */
static void
take_authorised(struct ftp *f, int code)
{
	bool asks = f->session->listen->certificate_reply_331;
	char authorised[LINE_MAX_BYTES + 1], digits[sizeof "-2147483648"];

	(void)snprintf(digits, sizeof digits, "%d", code);
	if (f->reply.part == FTP_REPLY_LAST && f->reply.code == code) {
		f->login.tried = LOGIN_BY_CERTIFICATE;
		ftp_log_login(f);
		ftp_answered(f);
		ftp_logged_in(f);
		f->login.by_certificate = true;
		ftp_say(f, asks ? "331 Authorized by certificate; "
				  "any password will do."
				: "232 User logged in, authorized by "
				  "certificate.");
	} else if (f->reply.code == code &&
		   strncmp(f->reply.line, digits, 3) == 0) {
		(void)snprintf(authorised, sizeof authorised, "%s%s",
		    asks ? "331" : "232", f->reply.line + 3);
		ftp_say(f, authorised);
	} else {
		ftp_on_login(f);
	}
}

static void
on_nonce(struct ftp *f)
{
	take_authorised(f, 230);
}

/* A Server has done all that itself. */
static void
on_server(struct ftp *f)
{
	take_authorised(f, 232);
}

static void
send_nonce(struct ftp *f)
{
	char line[64], nonce[LOGIN_NONCE];

	if (login_nonce(nonce) < 0) {
		ftp_end(f, "421 The service is not available.");
		return;
	}
	f->login.tried = LOGIN_BY_CERTIFICATE;
	(void)snprintf(line, sizeof line, "PASS %s", nonce);
	ftp_ask(f, line, on_nonce);
}

/* The backend's answer to a USER whose certificate is good. */
static void
on_user_accepted(struct ftp *f)
{
	if (f->reply.code != 331) {
		ftp_on_login(f);
		return;
	}
	if (f->reply.part == FTP_REPLY_MORE)
		return;
	ftp_answered(f);
	send_nonce(f);
}

/* The backend's answer to a USER that needs a password. */
static void
on_user_password(struct ftp *f)
{
	const struct session *s = f->session;
	char reply[FTP_REPLY_MAX];

	if (f->reply.part != FTP_REPLY_LAST || f->reply.code != 331 ||
	    s->certificate.failure == STSSL_FAILURE_NONE) {
		ftp_on_login(f);
		return;
	}
	/* Or they would think that the certificate had let them in. */
	(void)snprintf(reply, sizeof reply,
	    "331 The certificate is not accepted (%s); password required.",
	    stssl_failure_text(s->certificate.failure));
	ftp_answered(f);
	ftp_say(f, reply);
}

/* Advice */

static void
ask(struct ftp *f, const char *line)
{
	bool by_name = !f->login.is_site_auth || f->login.has_user;

	f->waiting = strdup(line);
	if (f->waiting == NULL) {
		ftp_end(f, "421 The service is not available.");
		return;
	}
	f->phase = FTP_ADVICE;
	session_ask(f->session, by_name ? ABOUT_USER : ABOUT_CERTIFICATE,
	    by_name ? f->login.user : NULL);
}

static const struct message_advice no_name = { .verdict = STSSL_VERDICT_REFUSE,
	.reason = STSSL_REASON_INTERNAL };

static void
ask_by_name(struct ftp *f)
{
	char line[sizeof "USER " + MESSAGE_USER_MAX];

	(void)snprintf(line, sizeof line, "USER %s", f->login.user);
	ftp_ask(f, line, on_user_accepted);
}

/* SITE AUTH goes on as USER with the certificate's name; false if unfit. */
static bool
take_name(struct ftp *f, const struct message_advice *advice)
{
	if (advice->verdict != STSSL_VERDICT_ACCEPT ||
	    !stssl_user_valid(advice->user))
		return false;
	(void)snprintf(f->login.user, sizeof f->login.user, "%s", advice->user);
	return true;
}

/* The backend is to hear of another user. */
static void
begin_attempt(struct ftp *f)
{
	f->login.tried = LOGIN_BY_NAME;
	session_forget_verdict(f->session);
}

/* Go on with USER, or with PASS when the name is the backend's already. */
static void
follow(struct ftp *f, const struct message_advice *advice, const char *line)
{
	bool is_pass = f->login.has_user;

	if (advice->verdict != STSSL_VERDICT_ACCEPT &&
	    advice->verdict != STSSL_VERDICT_PASSWORD) {
		refuse(f, advice);
		return;
	}
	/* Where there are no accounts, the Server may know more of names. */
	if (f->login.is_site_auth && !take_name(f, advice) &&
	    !session_is_to_link(f->session)) {
		login_log_refused(f->session, advice->user, no_name.reason);
		refuse(f, &no_name);
		return;
	}
	f->login.has_user = true;
	if (is_pass) {
		f->login.tried = LOGIN_BY_PASSWORD;
		ftp_ask(f, line, ftp_on_login);
		return;
	}
	begin_attempt(f);
	if (session_is_to_link(f->session))
		ftp_ask(f, line, on_server);
	else if (f->login.is_site_auth)
		ask_by_name(f);
	else if (advice->verdict == STSSL_VERDICT_ACCEPT)
		ftp_ask(f, line, on_user_accepted);
	else
		ftp_ask(f, line, on_user_password);
}

bool
ftp_follow_advice(struct ftp *f)
{
	char *line = f->waiting;

	if (f->phase != FTP_ADVISED)
		return false;
	f->waiting = NULL;
	f->phase = FTP_COMMAND;
	follow(f, &f->login.advice, line);
	explicit_bzero(line, strlen(line));
	free(line);
	return true;
}

void
ftp_advice(struct session *s, const struct message_advice *advice)
{
	struct ftp *f = s->protocol_state;

	if (f->phase != FTP_ADVICE)
		return;
	f->login.advice = *advice;
	f->phase = FTP_ADVISED;
}

/* Commands */

/*
 * USER after login.  A backend that lets users change would ask for another's
 * password, and no advisor has said that it may.
 */
static void
again(struct ftp *f, const char *line, const char *name)
{
	/* A password that follows is for this name. */
	f->login.has_user = strcmp(name, f->login.user) == 0;
	if (f->login.has_user)
		ftp_ask(f, line, ftp_on_other);
	else
		ftp_say(f, "530 Already logged in as another user.");
}

void
ftp_user(struct ftp *f, const struct ftp_command *c)
{
	if (f->login.is_done) {
		again(f, c->line, c->arg);
		return;
	}
	f->login.has_user = false;
	f->login.is_site_auth = false;
	if (*c->arg == '\0') {
		ftp_say(f, "501 USER needs a name.");
	} else if (strlen(c->arg) > MESSAGE_USER_MAX) {
		login_log_refused(f->session, c->arg, STSSL_REASON_BAD_USER);
		refuse(f, &(struct message_advice){
			      .reason = STSSL_REASON_BAD_USER });
	} else {
		(void)snprintf(
		    f->login.user, sizeof f->login.user, "%s", c->arg);
		ask(f, c->line);
	}
}

void
ftp_pass(struct ftp *f, const struct ftp_command *c)
{
	if (!f->login.has_user)
		ftp_say(f, "503 Login with USER first.");
	else if (f->login.by_certificate)
		ftp_say(f, "230 Already logged in, by certificate.");
	else if (f->login.is_done)
		ftp_ask(f, c->line, ftp_on_other);
	else
		ask(f, c->line);
}

void
ftp_site_auth(struct ftp *f)
{
	const struct session *s = f->session;
	bool has_failed = s->certificate.failure != STSSL_FAILURE_NONE;
	struct message_advice refusal = { .verdict = STSSL_VERDICT_REFUSE,
		.reason = STSSL_REASON_NO_CERTIFICATE };

	if (f->login.is_done) {
		ftp_say(f, "503 Already logged in.");
		return;
	}
	if (!ftp_is_secure(f))
		refusal.reason = STSSL_REASON_TLS_REQUIRED;
	if (has_failed) {
		refusal.reason = STSSL_REASON_BAD_CERTIFICATE;
		refusal.failure = s->certificate.failure;
	}
	f->login.has_user = false;
	f->login.is_site_auth = true;
	f->login.user[0] = '\0';
	if (!has_failed && s->certificate.is_sent) {
		ask(f, "SITE AUTH");
		return;
	}
	login_log_refused(f->session, "", refusal.reason);
	refuse(f, &refusal);
}
