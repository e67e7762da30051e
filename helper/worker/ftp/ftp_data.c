/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Commands that need a data connection: RFC 959, RFC 2428.  Whether the
 * backend is active or passive is the listener's matter (backend-data), not the
 * client's.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Data connections */

static void
ask_active(struct ftp *f)
{
	char line[FTP_REPLY_MAX];
	struct stssl_address at;

	f->data = data_new(&f->context);
	if (f->data == NULL || data_listen_backend(f->data, &at) < 0) {
		ftp_drop_data(f);
		ftp_say(f, FTP_NO_DATA);
		return;
	}
	ftp_ask(f, ftp_format_port(&at, line), ftp_on_active);
}

/* Ask the backend for its side of a data connection. */
static void
ask_data(struct ftp *f, enum ftp_data_way way)
{
	f->way = way;
	ftp_drop_data(f);
	if (!f->backend_is_passive)
		ask_active(f);
	else if (stssl_address_is_ipv4(&f->context.backend.peer))
		ftp_ask(f, "PASV", ftp_on_passive);
	else
		ftp_ask(f, "EPSV", ftp_on_passive);
}

void
ftp_do_pasv(struct ftp *f, const char *line, const char *arg)
{
	const struct listen_config *listen = f->session->listen;
	const struct stssl_address *offered = listen->passive_address != NULL
						  ? listen->passive_address
						  : &f->session->local;

	(void)line;
	(void)arg;
	if (f->epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (!stssl_address_is_ipv4(offered))
		ftp_say(f, listen->passive_name == NULL
			       ? "425 PASV is for IPv4; use EPSV."
			       : "425 My address is not known yet; use EPSV.");
	else
		ask_data(f, FTP_PASV);
}

/* The protocol numbers of RFC 2428; another family cannot be reached. */
static void
say_other_family(struct ftp *f)
{
	ftp_say(f, stssl_address_is_ipv4(&f->session->peer)
		       ? "522 Network protocol not supported, use (1)"
		       : "522 Network protocol not supported, use (2)");
}

void
ftp_do_epsv(struct ftp *f, const char *line, const char *arg)
{
	const char *family =
	    stssl_address_is_ipv4(&f->session->local) ? "1" : "2";

	(void)line;
	if (strcasecmp(arg, "ALL") == 0) {
		f->epsv_all = true;
		ftp_say(f, "200 EPSV ALL.");
	} else if (*arg != '\0' && strcmp(arg, family) != 0) {
		say_other_family(f);
	} else {
		ask_data(f, FTP_EPSV);
	}
}

static void
set_target(struct ftp *f, const struct stssl_address *target)
{
	const struct stssl_address *client = &f->session->peer;

	if (stssl_address_is_ipv4(target) != stssl_address_is_ipv4(client)) {
		say_other_family(f);
	} else if (!stssl_address_same_ip(target, client)) {
		ftp_say(f, "500 Data connections to your own address only.");
	} else if (target->port < 1024) {
		ftp_say(f, "504 Not to a port below 1024.");
	} else {
		f->target = *target;
		ask_data(f, FTP_PORT);
	}
}

void
ftp_do_port(struct ftp *f, const char *line, const char *arg)
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

void
ftp_do_eprt(struct ftp *f, const char *line, const char *arg)
{
	struct stssl_address target;
	int r = ftp_parse_eprt(arg, &target);

	(void)line;
	if (f->epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (r == -EAFNOSUPPORT)
		say_other_family(f);
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
begin(struct ftp *f, const char *line, enum data_direction direction,
    bool replaces)
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
	f->swallow_150 = replaces && f->private;
	if (f->swallow_150) {
		begin_upload(f, line);
		return;
	}
	data_begin(f->data, direction, f->private);
	if (data_outcome(f->data) == DATA_PENDING)
		data_expect_backend(f->data);
	if (data_outcome(f->data) != DATA_PENDING) {
		/* The backend would wait for its connection in vain. */
		ftp_say_failure(f);
		return;
	}
	f->transferring = true;
	ftp_ask(f, line, ftp_on_transfer);
}

void
ftp_do_download(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	begin(f, line, DATA_DOWNLOAD, false);
}

/* Not every backend has it: without a data connection, too, it says so. */
void
ftp_do_mlsd(struct ftp *f, const char *line, const char *arg)
{
	if (f->data == NULL)
		ftp_ask(f, line, ftp_on_other);
	else
		ftp_do_download(f, line, arg);
}

void
ftp_do_upload(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	begin(f, line, DATA_UPLOAD, true);
}

/*
 * It replaces no file, so it need not wait for TLS; and its 150 is the
 * backend's, which has the file's name (RFC 1123 section 4.1.2.9).
 */
void
ftp_do_stou(struct ftp *f, const char *line, const char *arg)
{
	(void)arg;
	begin(f, line, DATA_UPLOAD, false);
}

void
ftp_do_abor(struct ftp *f, const char *line, const char *arg)
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
	ftp_ask(f, line, f->transferring ? ftp_on_abort : ftp_on_other);
}
