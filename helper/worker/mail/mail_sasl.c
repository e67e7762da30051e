/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SASL, RFC 4422: AUTHENTICATE of IMAP, AUTH of POP3 and SMTP.  The mechanisms
 * are the helper's; the backend never hears which one it was.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <string.h>
#include <strings.h>

#include "status/base64.h"

static mail_handler on_response;

static void
ask_for_password(struct mail *m)
{
	/* "Password:" */
	mail_prompt(m, "UGFzc3dvcmQ6", on_response);
}

/* Three strings, two of them with a NUL behind.  RFC 4616. */
static void
do_plain(struct mail *m, const char *message, size_t len)
{
	const char *end = message + len, *user, *password;

	user = message + strlen(message) + 1;
	password = user > end ? user : user + strlen(user) + 1;
	if (user > end || password > end ||
	    password + strlen(password) != end) {
		mail_reject_login(m, MAIL_SAYS_SYNTAX, "Malformed response.");
		return;
	}
	if (!mail_set_user(m, user))
		return;
	if (*message != '\0' && strcmp(message, user) != 0) {
		mail_refuse_login(m, STSSL_REASON_NOT_THIS_USER);
		return;
	}
	if (mail_set_password(m, password))
		mail_ask_advisor(m, mail_go_to_backend);
}

static void
do_login(struct mail *m, const char *message)
{
	if (m->login.step++ == 0) {
		if (mail_set_user(m, message))
			mail_ask_advisor(m, ask_for_password);
	} else if (mail_set_password(m, message)) {
		mail_ask_advisor(m, mail_go_to_backend);
	}
}

/* RFC 4422, appendix A */
static void
do_external(struct mail *m, const char *message)
{
	if (*message == '\0' || mail_set_user(m, message))
		mail_ask_advisor(m, mail_go_to_backend);
}

static void
on_message(struct mail *m, const char *message, size_t len)
{
	if (m->login.mechanism == MAIL_PLAIN)
		do_plain(m, message, len);
	else if (strlen(message) != len)
		mail_reject_login(m, MAIL_SAYS_SYNTAX, "Malformed response.");
	else if (m->login.mechanism == MAIL_LOGIN)
		do_login(m, message);
	else
		do_external(m, message);
}

/* What the client says to a challenge. */
static void
on_response(struct mail *m, const char *text)
{
	char message[LINE_MAX_BYTES + 1];
	size_t len;

	if (strcmp(text, "*") == 0)
		mail_reject_login(m, MAIL_SAYS_CANCELLED, "Cancelled.");
	else if (strlen(text) >= sizeof message ||
		 stssl_base64_decode(text, strlen(text), message, &len) < 0)
		mail_reject_login(m, MAIL_SAYS_SYNTAX, "That is no base64.");
	else {
		message[len] = '\0';
		on_message(m, message, len);
	}
	explicit_bzero(message, sizeof message);
}

static const struct {
	const char *name, *challenge;
	enum mail_mechanism mechanism;
} mechanisms[] = {
	{ "PLAIN", "", MAIL_PLAIN },
	{ "LOGIN", "VXNlcm5hbWU6", MAIL_LOGIN }, /* "Username:" */
	{ "EXTERNAL", "", MAIL_EXTERNAL },
};

/* Why the client cannot log in by EXTERNAL; COUNT when it can. */
static enum stssl_reason
lacks_certificate(const struct mail *m)
{
	const struct session *s = m->session;

	if (!mail_is_secure(m))
		return STSSL_REASON_TLS_REQUIRED;
	if (!s->certificate.is_sent)
		return STSSL_REASON_NO_CERTIFICATE;
	return s->certificate.failure == STSSL_FAILURE_NONE
		   ? STSSL_REASON_COUNT
		   : STSSL_REASON_BAD_CERTIFICATE;
}

/* `first` is the initial response: NULL for none, "=" for an empty one. */
static void
begin_sasl(struct mail *m, size_t which, const char *first)
{
	enum stssl_reason lack = STSSL_REASON_COUNT;

	mail_forget_login(m);
	m->login.user[0] = '\0';
	m->login.mechanism = mechanisms[which].mechanism;
	if (m->login.mechanism == MAIL_EXTERNAL)
		lack = lacks_certificate(m);
	if (lack != STSSL_REASON_COUNT)
		mail_refuse_login(m, lack);
	else if (!mail_has_way(m))
		mail_reject_login(m, MAIL_SAYS_NOT_NOW,
		    "The service has offered no way to log in.");
	else if (first == NULL)
		mail_prompt(m, mechanisms[which].challenge, on_response);
	else
		on_response(m, strcmp(first, "=") == 0 ? "" : first);
}

void
mail_do_auth(struct mail *m, const char *arg)
{
	size_t len = strcspn(arg, " ");
	const char *first = arg[len] == '\0' ? NULL : arg + len + 1;

	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
		if (strlen(mechanisms[i].name) == len &&
		    strncasecmp(arg, mechanisms[i].name, len) == 0) {
			begin_sasl(m, i, first);
			return;
		}
	mail_say(m, MAIL_SAYS_MECHANISM, "There is no such mechanism.");
}
