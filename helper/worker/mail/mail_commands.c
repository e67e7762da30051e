/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Commands, as far as they are no logins.  None that the dialect's table does
 * not have reaches the backend before login: XCLIENT and the like would have it
 * believe what the client says of itself.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#include <string.h>
#include <strings.h>

#include "status/ascii.h"

/* Commands that there are not, as in vsftpd 3.0.4. */
#define BAD_COMMANDS_MAX 10

void
mail_do_starttls(struct mail *m, const char *arg)
{
	/* Bytes in clear behind it must not be taken as protected. */
	if (lines_has_input(&m->client)) {
		mail_end(m, "Nothing may follow before TLS.");
		return;
	}
	if (arg[strspn(arg, " ")] != '\0') {
		mail_say(m, MAIL_SAYS_SYNTAX, "There is no argument.");
	} else if (mail_is_secure(m)) {
		mail_say(m, MAIL_SAYS_NOT_NOW, "TLS is there already.");
	} else if (!tls_context_can_sign(m->session->host->tls) ||
		   session_prepare_tls(m->session) < 0) {
		mail_say(m, MAIL_SAYS_LATER, "TLS is not available.");
	} else {
		mail_say(m, MAIL_SAYS_TLS, "Begin with TLS.");
		mail_turn_to(m, MAIL_UPGRADE);
	}
}

void
mail_do_quit(struct mail *m, const char *arg)
{
	const char *farewell = m->dialect->farewell;

	(void)arg;
	if (farewell != NULL)
		mail_show(m, farewell);
	mail_say(m, MAIL_SAYS_BYE, "Bye.");
	mail_turn_to(m, MAIL_CLOSING);
}

/* Cut the tag off, RFC 9051 section 9; false when there is none. */
static bool
take_tag(struct mail *m, char **line)
{
	size_t len = strcspn(*line, " \"(){}%*+\\");

	m->tag[0] = '*';
	m->tag[1] = '\0';
	if (len == 0 || len > MAIL_TAG_MAX || (*line)[len] != ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!stssl_is_graph((*line)[i]))
			return false;
	memcpy(m->tag, *line, len);
	m->tag[len] = '\0';
	*line += len + 1;
	return true;
}

static const struct mail_command *
find(const struct mail_dialect *d, const char *line, size_t verb)
{
	const struct mail_command *c = d->commands;

	while (c->verb[0] != '\0' && (strlen(c->verb) != verb ||
					 strncasecmp(c->verb, line, verb) != 0))
		c++;
	return c;
}

static void
bad_command(struct mail *m, enum mail_status status, const char *text)
{
	if (++m->bad_commands == BAD_COMMANDS_MAX)
		mail_end(m, "Too many bad commands.");
	else
		mail_say(m, status, text);
}

void
mail_command(struct mail *m, char *line, size_t len)
{
	const struct mail_dialect *d = m->dialect;
	const struct mail_command *c;
	size_t verb;

	if (d->is_tagged && !take_tag(m, &line)) {
		bad_command(m, MAIL_SAYS_SYNTAX, "There is no tag.");
		return;
	}
	len = strlen(line);
	verb = strcspn(line, " ");
	c = find(d, line, verb);
	/* What comes next is no command, and must not be taken for one. */
	if (d->is_tagged && c->handle != mail_do_login &&
	    mail_has_literal_plus(line)) {
		mail_end(m, "A literal is not allowed here.");
		return;
	}
	if (c->verb[0] == '\0') {
		bad_command(m, c->status, c->text);
		return;
	}
	if (c->handle != NULL) {
		c->handle(m, line + verb + (verb < len));
		return;
	}
	if (c->before != NULL)
		mail_show(m, c->before);
	mail_say(m, c->status, c->text);
}
