/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of the commands that are ours to answer or to watch.  All others go
 * to the backend as they are.  Replies are those of stssl-helper(8).
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <string.h>
#include <strings.h>

/* Commands that are not ours, before login, as in vsftpd 3.0.4. */
#define STRANGERS_MAX 10

/* Features */

static void
do_feat(struct ftp *f, const struct ftp_command *c)
{
	ftp_ask(f, c->line, ftp_on_feat);
}

/*
 * A browser that somebody has sent here must not get a word of ours, nor a
 * proxy that is none of ours: PROXY TCP4 ...
 */
static void
do_foreign(struct ftp *f, const struct ftp_command *c)
{
	(void)c;
	f->phase = FTP_CLOSED;
}

static void
do_other(struct ftp *f, const struct ftp_command *c)
{
	/* A client that never logs in may be no FTP client at all. */
	if (!f->login.is_done && ++f->strangers == STRANGERS_MAX)
		ftp_end(f, "421 Too many commands before login.");
	else
		ftp_ask(f, c->line, ftp_on_other);
}

/* SITE AUTH is a login by certificate, under the certificate's name. */
static void
do_site(struct ftp *f, const struct ftp_command *c)
{
	if (strcasecmp(c->arg, "AUTH") == 0)
		ftp_site_auth(f);
	else
		do_other(f, c);
}

#define MAY_INTERRUPT 1 /* in a transfer */
#define IS_TRIMMED    2 /* blanks at its end do not count: it stays here */
#define IS_EDGES      4 /* an Edge has no reason to pass it on */

/* Handled by a function, or always answered the same: in clear, with TLS. */
#define DO(handler)        handler, NULL, NULL
#define SAY(clear, secure) NULL, clear, secure

#define NOT_HERE           "502 Command not implemented."
#define NO_EXCHANGE        "503 There is no security exchange to go on with."
#define NO_MECHANISM       "503 It needs a security exchange first."
#define NOT_WITH_TLS       "537 Not with this mechanism."

static const struct command {
	char verb[FTP_VERB_MAX + 1];
	unsigned flags;
	ftp_handler *handle;
	const char *clear, *secure;
} commands[] = {
	{ "ABOR", MAY_INTERRUPT, DO(ftp_do_abor) },
	{ "ADAT", IS_TRIMMED, SAY(NO_EXCHANGE, NO_EXCHANGE) },
	{ "APPE", 0, DO(ftp_do_upload) },
	{ "AUTH", IS_TRIMMED | IS_EDGES, DO(ftp_do_auth) },
	{ "CCC", IS_TRIMMED,
	    SAY("533 It is not protected.",
		"534 The control connection stays protected.") },
	{ "CONF", 0, SAY(NO_MECHANISM, NOT_WITH_TLS) },
	{ "CONNECT", 0, DO(do_foreign) },
	{ "CPSV", 0, SAY(NOT_HERE, NOT_HERE) },
	{ "DELETE", 0, DO(do_foreign) },
	{ "ENC", 0, SAY(NO_MECHANISM, NOT_WITH_TLS) },
	{ "EPRT", IS_TRIMMED | IS_EDGES, DO(ftp_do_eprt) },
	{ "EPSV", IS_TRIMMED, DO(ftp_do_epsv) },
	{ "FEAT", 0, DO(do_feat) },
	{ "GET", 0, DO(do_foreign) },
	{ "HEAD", 0, DO(do_foreign) },
	{ "HOST", IS_TRIMMED | IS_EDGES, DO(ftp_do_host) },
	{ "LIST", 0, DO(ftp_do_download) },
	{ "LPRT", 0, SAY(NOT_HERE, NOT_HERE) },
	{ "LPSV", 0, SAY(NOT_HERE, NOT_HERE) },
	{ "MIC", 0, SAY(NO_MECHANISM, NOT_WITH_TLS) },
	{ "MLSD", 0, DO(ftp_do_mlsd) },
	{ "NLST", 0, DO(ftp_do_download) },
	{ "OPTIONS", 0, DO(do_foreign) },
	{ "PASS", 0, DO(ftp_pass) },
	{ "PASV", IS_TRIMMED | IS_EDGES, DO(ftp_do_pasv) },
	{ "PATCH", 0, DO(do_foreign) },
	{ "PBSZ", IS_TRIMMED, DO(ftp_do_pbsz) },
	{ "POST", 0, DO(do_foreign) },
	{ "PORT", IS_TRIMMED | IS_EDGES, DO(ftp_do_port) },
	{ "PROXY", 0, DO(do_foreign) },
	{ "PROT", IS_TRIMMED, DO(ftp_do_prot) },
	{ "PUT", 0, DO(do_foreign) },
	{ "REIN", 0, SAY(NOT_HERE, NOT_HERE) },
	{ "RETR", 0, DO(ftp_do_download) },
	{ "SITE", 0, DO(do_site) },
	{ "SSCN", 0, SAY(NOT_HERE, NOT_HERE) },
	{ "STOR", 0, DO(ftp_do_upload) },
	{ "STOU", 0, DO(ftp_do_stou) },
	{ "TRACE", 0, DO(do_foreign) },
	{ "USER", 0, DO(ftp_user) },
};

static const struct command other = { "", 0, DO(do_other) };

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
	if ((command->flags & IS_EDGES) != 0 &&
	    session_is_from_link(f->session))
		ftp_say(f, NOT_HERE);
	else if (command->handle != NULL)
		command->handle(f, &c);
	else
		ftp_say(f, ftp_is_secure(f) ? command->secure : command->clear);
}
