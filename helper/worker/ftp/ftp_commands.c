/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What clients say: a table of the commands that are ours to answer or to
 * watch.  All others go to the backend as they are.  Replies are those of
 * stssl-helper(8).
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <string.h>
#include <strings.h>

/* Commands that are not ours, before login, as in vsftpd 3.0.4. */
#define STRANGERS_MAX 10

static void
do_nothing(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	(void)arg;
	ftp_say(f, "502 Command not implemented.");
}

/* Features */

static void
do_feat(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	ftp_ask(f, line, ftp_on_feat);
}

/* A browser that was sent here by somebody: it must not get a word of ours. */
static void
do_http(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	(void)arg;
	f->phase = FTP_CLOSED;
}

static void
do_other(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	/* Who talks and talks without logging in may be no FTP client at all. */
	if (!f->login.is_done && ++f->strangers == STRANGERS_MAX)
		ftp_end(f, "421 Too many commands before login.");
	else
		ftp_ask(f, line, ftp_on_other);
}

/* SITE AUTH is a login by certificate, under the certificate's name. */
static void
do_site(struct ftp *f, const char *line, const char *arg)
{
	if (strcasecmp(arg, "AUTH") == 0)
		ftp_site_auth(f);
	else
		do_other(f, line, arg);
}

/* How a command is handled, besides by its handler. */
#define MAY_INTERRUPT 1 /* in a transfer */
#define IS_TRIMMED    2 /* blanks at its end do not count: it stays here */

static const struct command {
	char verb[FTP_VERB_MAX + 1];
	unsigned flags;
	ftp_handler *handle;
} commands[] = {
	{ "ABOR", MAY_INTERRUPT, ftp_do_abor },
	{ "ADAT", IS_TRIMMED, ftp_do_adat },
	{ "APPE", 0, ftp_do_upload },
	{ "AUTH", IS_TRIMMED, ftp_do_auth },
	{ "CCC", IS_TRIMMED, ftp_do_ccc },
	{ "CONF", 0, ftp_do_protected_command },
	{ "CONNECT", 0, do_http },
	{ "CPSV", 0, do_nothing },
	{ "DELETE", 0, do_http },
	{ "ENC", 0, ftp_do_protected_command },
	{ "EPRT", IS_TRIMMED, ftp_do_eprt },
	{ "EPSV", IS_TRIMMED, ftp_do_epsv },
	{ "FEAT", 0, do_feat },
	{ "GET", 0, do_http },
	{ "HEAD", 0, do_http },
	{ "HOST", IS_TRIMMED, ftp_do_host },
	{ "LIST", 0, ftp_do_download },
	{ "LPRT", 0, do_nothing },
	{ "LPSV", 0, do_nothing },
	{ "MIC", 0, ftp_do_protected_command },
	{ "MLSD", 0, ftp_do_mlsd },
	{ "NLST", 0, ftp_do_download },
	{ "OPTIONS", 0, do_http },
	{ "PASS", 0, ftp_pass },
	{ "PASV", IS_TRIMMED, ftp_do_pasv },
	{ "PATCH", 0, do_http },
	{ "PBSZ", IS_TRIMMED, ftp_do_pbsz },
	{ "POST", 0, do_http },
	{ "PORT", IS_TRIMMED, ftp_do_port },
	{ "PROT", IS_TRIMMED, ftp_do_prot },
	{ "PUT", 0, do_http },
	{ "REIN", 0, do_nothing },
	{ "RETR", 0, ftp_do_download },
	{ "SITE", 0, do_site },
	{ "SSCN", 0, do_nothing },
	{ "STOR", 0, ftp_do_upload },
	{ "STOU", 0, ftp_do_stou },
	{ "TRACE", 0, do_http },
	{ "USER", 0, ftp_user },
};

static const struct command other = { "", 0, do_other };

static const struct command *
find(const struct ftp_command *c)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].verb, c->verb) == 0)
			return &commands[i];
	return &other;
}

bool
ftp_may_interrupt(const char *line, size_t len)
{
	struct ftp_command c;

	return ftp_command_parse(line, len, &c) == 0 &&
	       (find(&c)->flags & MAY_INTERRUPT) != 0;
}

static void
trim(char *line, size_t len)
{
	while (len > 0 && line[len - 1] == ' ')
		line[--len] = '\0';
}

/* Devices between client and server send empty lines; vsftpd ignores them. */
static void
do_empty(struct ftp *f)
{
	if (!f->login.is_done && ++f->strangers == STRANGERS_MAX)
		ftp_end(f, "421 Too many commands before login.");
}

void
ftp_command(struct ftp *f, char *line, size_t len)
{
	const struct command *command;
	struct ftp_command c;

	if (len == 0) {
		do_empty(f);
		return;
	}
	if (ftp_command_parse(line, len, &c) < 0) {
		ftp_say(f, "500 That is no command.");
		return;
	}
	command = find(&c);
	if ((command->flags & IS_TRIMMED) != 0)
		trim(line, len);
	command->handle(f, line, c.arg);
}
