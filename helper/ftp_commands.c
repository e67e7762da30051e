/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What clients say: a table of the commands that are ours to answer or to
 * watch.  All others go to the backend as they are.  Replies follow RFC 959,
 * 2228, 2428 and 4217; the codes are those of stssl-helper(8).
 */
#include <config.h>
#include "helper/ftp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Commands that are not ours, before login. */
#define STRANGERS_MAX 20

/* Protection: AUTH, PBSZ, PROT and their kin */

static const struct {
	const char *name;
	bool private;
} mechanisms[] = {
	{ "TLS", false },
	{ "TLS-C", false },
	{ "SSL", true },
	{ "TLS-P", true },
};

static void
start_tls(struct ftp *f, bool private)
{
	/* What came in clear behind AUTH must not be taken as protected. */
	if (lines_has_input(&f->client)) {
		ftp_end(f, "421 Nothing may follow AUTH before TLS.");
		return;
	}
	f->session->implied_private = private;
	ftp_say(f, "234 Proceed with TLS.");
	if (f->phase != FTP_CLOSED)
		f->phase = FTP_UPGRADE;
}

static void
do_auth(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	if (*arg == '\0') {
		ftp_say(f, "501 AUTH needs a mechanism.");
		return;
	}
	if (ftp_is_secure(f) || f->logged_in) {
		ftp_say(f, "503 AUTH is not possible any more.");
		return;
	}
	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
		if (strcasecmp(arg, mechanisms[i].name) == 0) {
			start_tls(f, mechanisms[i].private);
			return;
		}
	ftp_say(f, "504 Unknown mechanism; use AUTH TLS.");
}

static void
do_pbsz(struct ftp *f, const char *line, const char *arg)
{
	uint32_t size;

	(void)line;
	if (!ftp_is_secure(f)) {
		ftp_say(f, "503 PBSZ needs AUTH TLS first.");
	} else if (ftp_parse_number(arg, UINT32_MAX, &size) < 0) {
		ftp_say(f, "501 PBSZ needs a number.");
	} else {
		ftp_say(f, "200 PBSZ=0");
	}
}

static void
set_level(struct ftp *f, bool private)
{
	if (!private && f->session->data_private) {
		ftp_say(f, "534 Unprotected data are not allowed for you.");
		return;
	}
	f->private = private;
	ftp_say(f, private ? "200 PROT P, data are protected."
			   : "200 PROT C, data are not protected.");
}

static void
do_prot(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	if (!ftp_is_secure(f))
		ftp_say(f, "503 PROT needs AUTH TLS first.");
	else if (*arg == '\0')
		ftp_say(f, "501 PROT needs a level.");
	else if (strcasecmp(arg, "P") == 0 || strcasecmp(arg, "C") == 0)
		set_level(f, strcasecmp(arg, "P") == 0);
	else if (strcasecmp(arg, "S") == 0 || strcasecmp(arg, "E") == 0)
		ftp_say(f, "536 TLS has no such level; use P or C.");
	else
		ftp_say(f, "504 Unknown level; use P or C.");
}

static void
do_ccc(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	(void)arg;
	ftp_say(f, ftp_is_secure(f)
		       ? "534 The control connection stays protected."
		       : "533 It is not protected.");
}

static void
do_protected_command(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	(void)arg;
	ftp_say(f, ftp_is_secure(f)
		       ? "537 Not with this mechanism."
		       : "503 It needs a security exchange first.");
}

static void
do_adat(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	(void)arg;
	ftp_say(f, "503 There is no security exchange to go on with.");
}

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

/* Data connections: whatever the client prefers, the backend is passive. */

static void
ask_passive(struct ftp *f, enum ftp_data_way way)
{
	f->way = way;
	ftp_drop_data(f);
	ftp_ask(f,
	    stssl_address_is_ipv4(&f->context.backend.peer) ? "PASV" : "EPSV",
	    ftp_on_passive);
}

static const struct stssl_address *
offered_address(const struct ftp *f)
{
	const struct listen_config *listen = f->session->listen;

	return listen->has_passive_address ? &listen->passive_address
					   : &f->session->local;
}

static void
do_pasv(struct ftp *f, const char *line, const char *arg)
{
	(void)line;
	(void)arg;
	if (f->epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (!stssl_address_is_ipv4(offered_address(f)))
		ftp_say(f, "425 PASV is for IPv4; use EPSV.");
	else
		ask_passive(f, FTP_PASV);
}

static void
do_epsv(struct ftp *f, const char *line, const char *arg)
{
	const char *family =
	    stssl_address_is_ipv4(&f->session->local) ? "1" : "2";

	(void)line;
	if (strcasecmp(arg, "ALL") == 0) {
		f->epsv_all = true;
		ftp_say(f, "200 EPSV ALL.");
	} else if (*arg != '\0' && strcmp(arg, family) != 0) {
		ftp_say(f, *family == '1'
			       ? "522 Other network protocol; use (1)."
			       : "522 Other network protocol; use (2).");
	} else {
		ask_passive(f, FTP_EPSV);
	}
}

static void
set_target(struct ftp *f, const struct stssl_address *target)
{
	if (!stssl_address_same_ip(target, &f->session->peer)) {
		ftp_say(f, "500 Data connections to your own address only.");
	} else if (target->port < 1024) {
		ftp_say(f, "504 Not to a port below 1024.");
	} else {
		f->target = *target;
		ask_passive(f, FTP_PORT);
	}
}

static void
do_port(struct ftp *f, const char *line, const char *arg)
{
	struct stssl_address target;

	(void)line;
	if (f->epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (ftp_parse_port(arg, &target) < 0)
		ftp_say(f, "501 PORT needs h1,h2,h3,h4,p1,p2.");
	else
		set_target(f, &target);
}

static void
do_eprt(struct ftp *f, const char *line, const char *arg)
{
	struct stssl_address target;
	int r = ftp_parse_eprt(arg, &target);

	(void)line;
	if (f->epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (r == -EAFNOSUPPORT)
		ftp_say(f, "522 Unknown network protocol; use (1,2).");
	else if (r < 0)
		ftp_say(f, "501 EPRT needs |protocol|address|port|.");
	else
		set_target(f, &target);
}

/* Transfers */

/*
 * STOR waits until the data connection stands, or a client whose TLS fails
 * would leave an empty file where a whole one was.
 */
static void
begin_upload(struct ftp *f, const char *line)
{
	f->waiting = strdup(line);
	if (f->waiting == NULL) {
		ftp_drop_data(f);
		ftp_say(f, "451 Out of memory.");
		return;
	}
	f->phase = FTP_UPLOAD;
	ftp_say(f, "150 Ok to send data.");
	data_begin(f->data, DATA_UPLOAD, true);
}

static void
begin(struct ftp *f, const char *line, enum data_direction direction)
{
	/* The verdict was sent before the backend's 230: look for it first. */
	f->session->host->listen(f->session->host);
	if (f->session->data_private && !f->private) {
		ftp_say(f, "521 Data must be protected; use PROT P.");
		return;
	}
	if (f->data == NULL && !f->logged_in) {
		/* It would be refused anyway: let the backend say why. */
		ftp_ask(f, line, ftp_on_other);
		return;
	}
	if (f->data == NULL) {
		ftp_say(f, "425 Use PASV or PORT first.");
		return;
	}
	f->swallow_150 = direction == DATA_UPLOAD && f->private;
	if (f->swallow_150) {
		begin_upload(f, line);
		return;
	}
	data_begin(f->data, direction, f->private);
	if (data_outcome(f->data) != DATA_PENDING) {
		/* The backend would wait for its connection in vain. */
		ftp_say_failure(f);
		return;
	}
	data_connect_backend(f->data);
	f->transferring = true;
	ftp_ask(f, line, ftp_on_transfer);
}

static void
do_download(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	begin(f, line, DATA_DOWNLOAD);
}

static void
do_upload(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	begin(f, line, DATA_UPLOAD);
}

static void
do_abor(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	ftp_drop_data(f);
	if (f->phase == FTP_UPLOAD) {
		/* The backend has not heard of it. */
		free(f->waiting);
		f->waiting = NULL;
		f->phase = FTP_COMMAND;
		ftp_say(f, "426 Transfer aborted.");
		ftp_say(f, "226 Abort successful.");
		return;
	}
	ftp_ask(f, line, ftp_on_other);
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
	if (!f->logged_in && ++f->strangers > STRANGERS_MAX)
		ftp_end(f, "421 Too many commands before login.");
	else
		ftp_ask(f, line, ftp_on_other);
}

static const struct command {
	char verb[FTP_VERB_MAX + 1];
	bool may_interrupt;
	void (*handle)(struct ftp *f, const char *line, const char *arg);
} commands[] = {
	{ "ABOR", true, do_abor },
	{ "ADAT", false, do_adat },
	{ "APPE", false, do_upload },
	{ "AUTH", false, do_auth },
	{ "CCC", false, do_ccc },
	{ "CONF", false, do_protected_command },
	{ "CONNECT", false, do_http },
	{ "CPSV", false, do_nothing },
	{ "DELETE", false, do_http },
	{ "ENC", false, do_protected_command },
	{ "EPRT", false, do_eprt },
	{ "EPSV", false, do_epsv },
	{ "FEAT", false, do_feat },
	{ "GET", false, do_http },
	{ "HEAD", false, do_http },
	{ "HOST", false, do_nothing },
	{ "LIST", false, do_download },
	{ "LPRT", false, do_nothing },
	{ "LPSV", false, do_nothing },
	{ "MIC", false, do_protected_command },
	{ "MLSD", false, do_download },
	{ "NLST", false, do_download },
	{ "OPTIONS", false, do_http },
	{ "PASS", false, ftp_pass },
	{ "PASV", false, do_pasv },
	{ "PATCH", false, do_http },
	{ "PBSZ", false, do_pbsz },
	{ "POST", false, do_http },
	{ "PORT", false, do_port },
	{ "PROT", false, do_prot },
	{ "PUT", false, do_http },
	{ "REIN", false, do_nothing },
	{ "RETR", false, do_download },
	{ "SSCN", false, do_nothing },
	{ "STOR", false, do_upload },
	{ "STOU", false, do_upload },
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
