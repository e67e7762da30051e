/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Commands about protection and about which host is meant: RFC 2228, RFC 4217,
 * RFC 7151.  None of them reaches the backend.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <string.h>
#include <strings.h>

#include "status/address.h"

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
	/* Bytes in clear behind AUTH must not be taken as protected. */
	if (lines_has_input(&f->client)) {
		ftp_end(f, "421 Nothing may follow AUTH before TLS.");
		return;
	}
	if (!tls_context_can_sign(f->session->host->tls) ||
	    session_prepare_tls(f->session) < 0) {
		ftp_say(f, "431 TLS is not available.");
		return;
	}
	f->session->data.starts_private = private;
	ftp_say(f, "234 Proceed with TLS.");
	if (f->phase != FTP_CLOSED)
		f->phase = FTP_UPGRADE;
}

void
ftp_do_auth(struct ftp *f, const struct ftp_command *c)
{
	if (*c->arg == '\0') {
		ftp_say(f, "501 AUTH needs a mechanism.");
		return;
	}
	if (ftp_is_secure(f) || f->login.is_done) {
		ftp_say(f, "503 AUTH is not possible any more.");
		return;
	}
	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
		if (strcasecmp(c->arg, mechanisms[i].name) == 0) {
			start_tls(f, mechanisms[i].private);
			return;
		}
	ftp_say(f, "504 Unknown mechanism; use AUTH TLS.");
}

void
ftp_do_pbsz(struct ftp *f, const struct ftp_command *c)
{
	uint32_t size;

	if (!ftp_is_secure(f)) {
		ftp_say(f, "503 PBSZ needs AUTH TLS first.");
	} else if (ftp_parse_number(c->arg, UINT32_MAX, &size) < 0) {
		ftp_say(f, "501 PBSZ needs a number.");
	} else {
		ftp_say(f, "200 PBSZ=0");
	}
}

/* The Server has the last word: it knows what the verdict demands. */
static void
on_level(struct ftp *f)
{
	if (ftp_is_last(f) && f->reply.code / 100 == 2)
		f->offer.is_private = f->offer.wants_private;
	ftp_on_other(f);
}

static void
set_level(struct ftp *f, bool private)
{
	if (session_is_to_link(f->session)) {
		f->offer.wants_private = private;
		ftp_ask(f, private ? "PROT P" : "PROT C", on_level);
		return;
	}
	if (!private && f->session->data.is_private) {
		ftp_say(f, "534 Unprotected data are not allowed for you.");
		return;
	}
	f->offer.is_private = private;
	ftp_say(f, private ? "200 PROT P, data are protected."
			   : "200 PROT C, data are not protected.");
}

void
ftp_do_prot(struct ftp *f, const struct ftp_command *c)
{
	if (!ftp_is_secure(f))
		ftp_say(f, "503 PROT needs AUTH TLS first.");
	else if (*c->arg == '\0')
		ftp_say(f, "501 PROT needs a level.");
	else if (strcasecmp(c->arg, "P") == 0 || strcasecmp(c->arg, "C") == 0)
		set_level(f, strcasecmp(c->arg, "P") == 0);
	else if (strcasecmp(c->arg, "S") == 0 || strcasecmp(c->arg, "E") == 0)
		ftp_say(f, "536 TLS has no such level; use P or C.");
	else
		ftp_say(f, "504 Unknown level; use P or C.");
}

/* HOST, RFC 7151 */

/* True when one of our certificates is for this name. */
static bool
is_served(const struct ftp *f, const char *name)
{
	const struct session *s = f->session;
	char sni[TLS_NAME_MAX + 1];

	if (ftp_is_secure(f) && tls_sni(s->client.tls, sni) &&
	    strcasecmp(sni, name) != 0)
		return false;
	return tls_context_names(s->host->tls, name);
}

void
ftp_do_host(struct ftp *f, const struct ftp_command *c)
{
	struct stssl_address literal;
	bool served = false;

	if (f->login.is_done) {
		ftp_say(f, "503 HOST is not possible after login.");
		return;
	}
	switch (ftp_parse_host(c->arg, &literal)) {
	case FTP_HOST_BAD:
		ftp_say(f, "501 HOST needs a name or address, and no port.");
		return;
	case FTP_HOST_NAME:
		served = is_served(f, c->arg);
		break;
	case FTP_HOST_ADDRESS:
		served = stssl_address_same_ip(&literal, &f->session->local);
		break;
	}
	/* The advisor is asked about the next USER anew. */
	f->login.has_user = false;
	ftp_say(f,
	    served ? "220 Host accepted." : "504 There is no such host here.");
}
