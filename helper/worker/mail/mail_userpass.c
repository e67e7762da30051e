/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Logins without SASL: USER and PASS of POP3, and LOGIN of IMAP.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <string.h>

/* POP3, RFC 1939 section 7 */

static void
accept_user(struct mail *m)
{
	m->login.has_user = true;
	mail_say(m, MAIL_SAYS_DONE, "The password, please.");
	mail_await(m);
}

void
mail_do_user(struct mail *m, const char *arg)
{
	mail_forget_login(m);
	m->login.mechanism = MAIL_COMMAND_LOGIN;
	if (mail_set_user(m, arg))
		mail_ask_advisor(m, accept_user);
}

void
mail_do_pass(struct mail *m, const char *arg)
{
	if (!m->login.has_user)
		mail_say(m, MAIL_SAYS_NOT_NOW, "USER comes first.");
	else if (mail_set_password(m, arg))
		mail_ask_advisor(m, mail_go_to_backend);
}

/* IMAP's LOGIN: two strings, literals perhaps */

/* What comes next may be a literal, and must not be taken for a command. */
static void
reject_strings(struct mail *m, const char *rest)
{
	if (mail_has_literal_plus(rest))
		mail_end(m, "Malformed LOGIN.");
	else
		mail_reject_login(
		    m, MAIL_SAYS_SYNTAX, "LOGIN needs a name and a password.");
}

/* False when its line ends before it does. */
static bool
take_literal(struct mail *m, const char **at, char *into)
{
	size_t len = m->login.literal;

	m->login.in_literal = false;
	if (strnlen(*at, len) < len)
		return false;
	memcpy(into, *at, len);
	into[len] = '\0';
	*at += len;
	return true;
}

static mail_handler on_strings;

static void
await_literal(struct mail *m, enum mail_string kind)
{
	m->login.in_literal = true;
	if (kind == MAIL_LITERAL) {
		mail_prompt(m, "Go on.", on_strings);
		return;
	}
	m->on_response = on_strings;
	m->phase = MAIL_RESPONSE;
}

/* The next string of LOGIN at *at; false when the login is not to go on now. */
static bool
next_string(struct mail *m, const char **at, char *into, size_t size)
{
	enum mail_string kind = MAIL_STRING;

	if (m->login.in_literal) {
		if (take_literal(m, at, into))
			return true;
		mail_end(m, "A literal may have no line break here.");
		return false;
	}
	if (m->login.step > 0 && **at != ' ')
		kind = MAIL_NO_STRING;
	*at += m->login.step > 0 && **at == ' ';
	if (kind == MAIL_STRING)
		kind = mail_string(at, into, size, &m->login.literal);
	if (kind == MAIL_NO_STRING)
		reject_strings(m, *at);
	else if (kind != MAIL_STRING)
		await_literal(m, kind);
	return kind == MAIL_STRING;
}

/* All that is there of them, be it from their beginning or from a literal on */
static void
on_strings(struct mail *m, const char *at)
{
	const struct {
		char *into;
		size_t size;
	} strings[] = {
		{ m->login.user, sizeof m->login.user },
		{ m->login.password, sizeof m->login.password },
	};

	for (; m->login.step < 2; m->login.step++)
		if (!next_string(m, &at, strings[m->login.step].into,
			strings[m->login.step].size))
			return;
	if (*at != '\0')
		reject_strings(m, at);
	else if (mail_check_user(m) && mail_check_password(m))
		mail_ask_advisor(m, mail_go_to_backend);
}

void
mail_do_login(struct mail *m, const char *arg)
{
	mail_forget_login(m);
	m->login.mechanism = MAIL_COMMAND_LOGIN;
	on_strings(m, arg);
}
