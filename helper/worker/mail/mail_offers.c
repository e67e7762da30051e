/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Greetings and lists of capabilities: what is about TLS and logins in them is
 * the helper's, whatever the backend offers; the rest is the backend's.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"

/* What the helper offers the client at this time. */

static bool
offers_tls(const struct mail *m)
{
	return !mail_is_secure(m) &&
	       tls_context_can_sign(m->session->host->tls);
}

static bool
offers_passwords(const struct mail *m)
{
	return mail_is_secure(m) || m->may_clear;
}

static bool
offers_external(const struct mail *m)
{
	const struct session *s = m->session;

	return mail_is_secure(m) && s->certificate.is_sent &&
	       s->certificate.failure == STSSL_FAILURE_NONE;
}

#define OFFERS_MAX 128

static const char *
imap_offers(const struct mail *m, char buf[static OFFERS_MAX])
{
	(void)snprintf(buf, OFFERS_MAX, " SASL-IR%s%s%s",
	    offers_tls(m) ? " STARTTLS" : "",
	    offers_passwords(m) ? " AUTH=PLAIN AUTH=LOGIN" : " LOGINDISABLED",
	    offers_external(m) ? " AUTH=EXTERNAL" : "");
	return buf;
}

/* The names of mechanisms, empty without any. */
static const char *
mechanisms(const struct mail *m, char buf[static OFFERS_MAX])
{
	(void)snprintf(buf, OFFERS_MAX, "%s%s",
	    offers_passwords(m) ? " PLAIN LOGIN" : "",
	    offers_external(m) ? " EXTERNAL" : "");
	return buf;
}

static void
show_mechanisms(struct mail *m, const char *before)
{
	char list[OFFERS_MAX], line[OFFERS_MAX + 16];

	if (*mechanisms(m, list) == '\0')
		return;
	(void)snprintf(line, sizeof line, "%s%s", before, list);
	mail_show(m, line);
}

/* IMAP */

/* A line that may have a list in it. */
static void
show_imap(struct mail *m, const char *line)
{
	char ours[OFFERS_MAX], rewritten[LINE_MAX_BYTES + 1];

	switch (mail_capabilities(line, imap_offers(m, ours), rewritten,
	    sizeof rewritten, &m->offers)) {
	case 0:
		mail_show(m, line);
		break;
	case 1:
		mail_show(m, rewritten);
		break;
	default:
		mail_end_nonsense(m);
		break;
	}
}

static void
on_capability(struct mail *m)
{
	switch (m->reply.kind) {
	case MAIL_MORE:
		show_imap(m, m->reply.line);
		break;
	case MAIL_DONE:
	case MAIL_FAILED:
		show_imap(m, m->reply.line);
		if (m->phase == MAIL_REPLY)
			mail_await(m);
		break;
	case MAIL_GONE:
		mail_pass_farewell(m);
		break;
	case MAIL_GO_ON:
	case MAIL_NONSENSE:
		mail_end_nonsense(m);
		break;
	}
}

void
mail_do_capability(struct mail *m, const char *arg)
{
	char line[MAIL_TAG_MAX + sizeof " CAPABILITY"];

	if (*arg != '\0') {
		mail_say(m, MAIL_SAYS_SYNTAX, "There is no argument.");
		return;
	}
	(void)snprintf(line, sizeof line, "%s CAPABILITY", m->tag);
	mail_ask(m, line, on_capability);
}

/* POP3 */

static void
on_capa_line(struct mail *m)
{
	static const char *const ours[] = { "STLS", "SASL", "USER", "APOP",
		"UTF8", "LANG", "XCLIENT" };

	if (strcmp(m->reply.line, ".") == 0) {
		if (offers_tls(m))
			mail_show(m, "STLS");
		if (offers_passwords(m))
			mail_show(m, "USER");
		show_mechanisms(m, "SASL");
		mail_show(m, ".");
		m->in_reply = false;
		mail_await(m);
		return;
	}
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (mail_begins_with(m->reply.line, ours[i]))
			return;
	mail_show(m, m->reply.line);
}

/* A backend that has no list leaves ours. */
static void
on_capa(struct mail *m)
{
	if (m->reply.kind != MAIL_DONE && m->reply.kind != MAIL_FAILED) {
		mail_end_nonsense(m);
		return;
	}
	mail_show(m, "+OK");
	m->in_reply = true;
	m->on_reply = on_capa_line;
	if (m->reply.kind == MAIL_FAILED) {
		m->reply.line = ".";
		on_capa_line(m);
	}
}

void
mail_do_capa(struct mail *m, const char *arg)
{
	(void)arg;
	mail_ask(m, "CAPA", on_capa);
}

/* SMTP */

/* The backend says no, or goes: the last line tells. */
static void
on_hello_failed(struct mail *m)
{
	bool has_gone = m->reply.kind == MAIL_GONE;

	if (m->reply.kind == MAIL_MORE && !m->in_reply)
		return;
	if ((!has_gone && m->reply.kind != MAIL_FAILED) || m->in_reply) {
		mail_end_nonsense(m);
		return;
	}
	if (has_gone) {
		mail_pass_farewell(m);
		return;
	}
	mail_show(m, m->reply.line);
	mail_await(m);
}

/* A line of the list; its last one is always the same, and ours. */
static void
show_keyword(struct mail *m, const char *keyword)
{
	static const char *const ours[] = { "STARTTLS", "AUTH", "XCLIENT",
		"XFORWARD", "HELP" };
	const size_t auth = strlen("AUTH");
	char line[LINE_MAX_BYTES + 8];

	if (mail_begins_with(keyword, "AUTH") && keyword[auth] != '\0')
		m->offers |= mail_offers(keyword + auth + 1);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (mail_begins_with(keyword, ours[i]))
			return;
	(void)snprintf(line, sizeof line, "250-%s", keyword);
	mail_show(m, line);
}

static void
on_ehlo(struct mail *m)
{
	const char *line = m->reply.line;
	bool is_first = !m->in_reply;

	if (strncmp(line, "250", 3) != 0) {
		on_hello_failed(m);
		return;
	}
	m->in_reply = true;
	show_keyword(m, line[3] == '\0' ? "" : line + 4);
	if (is_first) {
		if (offers_tls(m))
			mail_show(m, "250-STARTTLS");
		show_mechanisms(m, "250-AUTH");
	}
	if (m->reply.kind == MAIL_MORE)
		return;
	mail_show(m, "250 HELP");
	m->in_reply = false;
	mail_await(m);
}

static void
on_helo(struct mail *m)
{
	if (m->reply.kind == MAIL_MORE)
		return;
	if (m->reply.kind != MAIL_DONE) {
		on_hello_failed(m);
		return;
	}
	mail_show(m, m->reply.line);
	mail_await(m);
}

/* One word, which the backend believes or not. */
static void
say_hello(
    struct mail *m, const char *verb, const char *name, mail_on_reply *on_reply)
{
	char line[sizeof "EHLO " + 255];
	size_t len = 0;

	while (stssl_is_graph(name[len]))
		len++;
	if (len == 0 || len > 255 || name[len] != '\0') {
		mail_say(m, MAIL_SAYS_SYNTAX, "It needs your name.");
		return;
	}
	m->offers = 0;
	m->is_backend_touched = true;
	(void)snprintf(line, sizeof line, "%s %s", verb, name);
	mail_ask(m, line, on_reply);
}

void
mail_do_ehlo(struct mail *m, const char *arg)
{
	say_hello(m, "EHLO", arg, on_ehlo);
}

void
mail_do_helo(struct mail *m, const char *arg)
{
	say_hello(m, "HELO", arg, on_helo);
}

/* Greetings */

/* PREAUTH would be a login that nobody has decided about. */
enum mail_reply
mail_imap_greeting(const char *line)
{
	if (mail_begins_with(line, "* BYE"))
		return MAIL_GONE;
	return mail_begins_with(line, "* OK") ? MAIL_DONE : MAIL_NONSENSE;
}

enum mail_reply
mail_pop3_greeting(const char *line)
{
	enum mail_reply reply = mail_pop3_reply(line, "");

	return reply == MAIL_FAILED ? MAIL_GONE : reply;
}

enum mail_reply
mail_smtp_greeting(const char *line)
{
	enum mail_reply reply = mail_smtp_reply(line, "");

	if (reply == MAIL_FAILED)
		return MAIL_GONE;
	return reply == MAIL_DONE && strncmp(line, "220", 3) != 0
		   ? MAIL_NONSENSE
		   : reply;
}

void
mail_show_imap_greeting(struct mail *m)
{
	show_imap(m, m->reply.line);
}

/* Without the time stamp of APOP, which clients would use. */
void
mail_show_pop3_greeting(struct mail *m)
{
	char line[LINE_MAX_BYTES + 1];

	(void)snprintf(line, sizeof line, "%.*s",
	    (int)strcspn(m->reply.line, "<"), m->reply.line);
	mail_show(m, line);
}

void
mail_show_smtp_greeting(struct mail *m)
{
	m->in_reply = m->reply.kind == MAIL_MORE;
	mail_show(m, m->reply.line);
}

/* After STARTTLS the client has been greeted: it sees a refusal, no more. */
void
mail_on_greeting(struct mail *m)
{
	const struct session *s = m->session;
	bool was_greeted =
	    s->listen->tls == LISTEN_EXPLICIT && mail_is_secure(m);

	m->reply.kind = m->dialect->greeting(m->reply.line);
	switch (m->reply.kind) {
	case MAIL_DONE:
	case MAIL_MORE:
		if (!was_greeted)
			m->dialect->show_greeting(m);
		if (m->reply.kind == MAIL_DONE && m->phase == MAIL_GREETING)
			mail_await(m);
		break;
	case MAIL_GONE:
		mail_pass_farewell(m);
		break;
	case MAIL_GO_ON:
	case MAIL_FAILED:
	case MAIL_NONSENSE:
		mail_end_nonsense(m);
		break;
	}
}
