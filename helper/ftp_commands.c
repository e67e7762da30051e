/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What clients say: a table of the commands that are ours to answer or to
 * watch.  All others go to the backend as they are.  Replies are those of
 * stssl-helper(8).
 */
#include <config.h>
#include "helper/ftp.h"

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
	f->feat_open = false;
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
	if (!f->logged_in && ++f->strangers == STRANGERS_MAX)
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

static const struct command {
	char verb[FTP_VERB_MAX + 1];
	bool may_interrupt;
	ftp_handler *handle;
} commands[] = {
	{ "ABOR", true, ftp_do_abor },
	{ "ADAT", false, ftp_do_adat },
	{ "APPE", false, ftp_do_upload },
	{ "AUTH", false, ftp_do_auth },
	{ "CCC", false, ftp_do_ccc },
	{ "CONF", false, ftp_do_protected_command },
	{ "CONNECT", false, do_http },
	{ "CPSV", false, do_nothing },
	{ "DELETE", false, do_http },
	{ "ENC", false, ftp_do_protected_command },
	{ "EPRT", false, ftp_do_eprt },
	{ "EPSV", false, ftp_do_epsv },
	{ "FEAT", false, do_feat },
	{ "GET", false, do_http },
	{ "HEAD", false, do_http },
	{ "HOST", false, ftp_do_host },
	{ "LIST", false, ftp_do_download },
	{ "LPRT", false, do_nothing },
	{ "LPSV", false, do_nothing },
	{ "MIC", false, ftp_do_protected_command },
	{ "MLSD", false, ftp_do_download },
	{ "NLST", false, ftp_do_download },
	{ "OPTIONS", false, do_http },
	{ "PASS", false, ftp_pass },
	{ "PASV", false, ftp_do_pasv },
	{ "PATCH", false, do_http },
	{ "PBSZ", false, ftp_do_pbsz },
	{ "POST", false, do_http },
	{ "PORT", false, ftp_do_port },
	{ "PROT", false, ftp_do_prot },
	{ "PUT", false, do_http },
	{ "REIN", false, do_nothing },
	{ "RETR", false, ftp_do_download },
	{ "SITE", false, do_site },
	{ "SSCN", false, do_nothing },
	{ "STOR", false, ftp_do_upload },
	{ "STOU", false, ftp_do_upload },
	{ "TRACE", false, do_http },
	{ "USER", false, ftp_user },
};

static const struct command other = { "", false, do_other };

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

	return ftp_command_parse(line, len, &c) == 0 && find(&c)->may_interrupt;
}

void
ftp_command(struct ftp *f, char *line, size_t len)
{
	struct ftp_command c;

	if (ftp_command_parse(line, len, &c) < 0)
		ftp_say(f, "500 That is no command.");
	else
		find(&c)->handle(f, line, c.arg);
}
