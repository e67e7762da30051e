/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The login at the backend: one of the ways that the dialect has, whatever way
 * the client has chosen.  Each line of a way is a template:
 *
 *	%t  the command's tag           %b  both for PLAIN (RFC 4616)
 *	%u  the user's name             %U  in base64     %q  as a quoted string
 *	%p  the password                %P  in base64     %Q  as a quoted string
 *
 * The first line is the command, each other is asked for.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mail_way *
find_way(const struct mail *m)
{
	const struct mail_way *way = m->dialect->ways;

	while (way->lines[0] != NULL && (way->needs & ~m->offers) != 0)
		way++;
	return way;
}

bool
mail_has_way(const struct mail *m)
{
	return find_way(m)->lines[0] != NULL;
}

/* Text of a limited length */

struct text {
	char *buf;
	size_t len, size; /* len == size: it did not fit */
};

static void
add(struct text *t, const char *bytes, size_t len)
{
	if (len >= t->size - t->len) {
		t->len = t->size;
		return;
	}
	memcpy(t->buf + t->len, bytes, len);
	t->len += len;
}

static void
add_quoted(struct text *t, const char *bytes)
{
	add(t, "\"", 1);
	for (; *bytes != '\0'; bytes++) {
		if (*bytes == '"' || *bytes == '\\')
			add(t, "\\", 1);
		add(t, bytes, 1);
	}
	add(t, "\"", 1);
}

#define PLAIN_MAX (MESSAGE_USER_MAX + MAIL_PASSWORD_MAX + 2)

static void
add_base64(struct text *t, const char *bytes, size_t len)
{
	char coded[MAIL_BASE64_SIZE(PLAIN_MAX)];

	mail_base64(bytes, len, coded);
	add(t, coded, strlen(coded));
	explicit_bzero(coded, sizeof coded);
}

/* No other name to act for, RFC 4616 section 2. */
static void
add_plain(struct text *t, const struct mail *m)
{
	char message[PLAIN_MAX + 1];
	int len = snprintf(message, sizeof message, "%c%s%c%s", '\0',
	    m->login.user, '\0', m->login.password);

	add_base64(t, message, (size_t)len);
	explicit_bzero(message, sizeof message);
}

static void
add_value(struct text *t, const struct mail *m, char what)
{
	const char *user = m->login.user, *password = m->login.password;

	switch (what) {
	case 't':
		add(t, m->tag, strlen(m->tag));
		break;
	case 'u':
		add(t, user, strlen(user));
		break;
	case 'U':
		add_base64(t, user, strlen(user));
		break;
	case 'q':
		add_quoted(t, user);
		break;
	case 'p':
		add(t, password, strlen(password));
		break;
	case 'P':
		add_base64(t, password, strlen(password));
		break;
	case 'Q':
		add_quoted(t, password);
		break;
	default:
		add_plain(t, m);
		break;
	}
}

/* The login */

static mail_on_reply on_login;

static void
say_next(struct mail *m)
{
	char line[LINE_MAX_BYTES + 1];
	struct text t = { line, 0, sizeof line };

	for (const char *p = m->login.way->lines[m->login.line]; *p != '\0';
	     p++) {
		if (*p == '%')
			add_value(&t, m, *++p);
		else
			add(&t, p, 1);
	}
	m->login.line++;
	if (t.len < t.size) {
		line[t.len] = '\0';
		mail_ask(m, line, on_login);
	} else {
		mail_end(m, "The login is too long.");
	}
	explicit_bzero(line, sizeof line);
}

static bool
has_more_lines(const struct mail *m)
{
	unsigned next = m->login.line;

	return next < sizeof m->login.way->lines / sizeof(char *) &&
	       m->login.way->lines[next] != NULL;
}

/* A list that comes in front of the answer is that after login. */
static void
keep_untagged(struct mail *m)
{
	if (!mail_begins_with(m->reply.line, "* CAPABILITY"))
		return;
	free(m->held);
	m->held = strdup(m->reply.line);
	if (m->held == NULL)
		m->phase = MAIL_CLOSED;
}

/* The backend's answer to a command, without the tag. */
static const char *
answer(const struct mail *m)
{
	const char *line = m->reply.line;

	return m->dialect->is_tagged ? line + strcspn(line, " ") + 1 : line;
}

/* OK, +OK or 235 */
static void
log_reply(struct mail *m, bool success)
{
	const char *word = answer(m);
	char buf[8];

	(void)snprintf(buf, sizeof buf, "%.*s", (int)strcspn(word, " "), word);
	login_log(m->session, m->login.user, m->login.by, success, buf);
}

static void
on_logged_in(struct mail *m)
{
	log_reply(m, true);
	mail_forget_login(m);
	session_welcome(m->session);
	if (m->held != NULL)
		mail_show(m, m->held);
	mail_show(m, m->reply.line);
	mail_turn_to(m, MAIL_RELAY);
}

static void
on_refused(struct mail *m)
{
	log_reply(m, false);
	free(m->held);
	m->held = NULL;
	if (!mail_is_fault(answer(m)))
		host_failed(m->session, PENALTY_LOGIN_FAILED);
	mail_login_failed(m, m->reply.line);
}

static void
on_login(struct mail *m)
{
	enum mail_reply kind = m->reply.kind;
	bool has_more = has_more_lines(m);

	if (kind == MAIL_DONE && has_more && m->dialect->done_goes_on)
		kind = MAIL_GO_ON;
	if (kind == MAIL_MORE) {
		keep_untagged(m);
	} else if (kind == MAIL_GO_ON && has_more) {
		say_next(m);
	} else if (kind == MAIL_DONE && !has_more) {
		on_logged_in(m);
	} else if (kind == MAIL_FAILED) {
		on_refused(m);
	} else if (kind == MAIL_GONE) {
		mail_pass_farewell(m);
	} else {
		mail_end_nonsense(m);
	}
}

void
mail_log_in(struct mail *m)
{
	m->is_backend_touched = true;
	m->login.way = find_way(m);
	m->login.line = 0;
	say_next(m);
}
