/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an audit asks for: who has logged in or tried to, and what was
 * transferred.  Says what this process knows: what it has told the backend and
 * the client, and what they have told it.  Never a password.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include "helper/base/log.h"
#include "status/quote.h"

static const char *const ways[] = {
	[FTP_BY_NAME] = "name",
	[FTP_BY_PASSWORD] = "password",
	[FTP_BY_CERTIFICATE] = "certificate",
};

static const char *
version(const struct tls *tls)
{
	return tls == NULL ? "none" : tls_version(tls);
}

void
ftp_log_login(struct ftp *f)
{
	const struct session *s = f->session;
	bool success = f->reply.code == 230;
	char who[SESSION_LABEL], user[STSSL_QUOTE_MAX];

	/* The module's verdict was sent before the backend's reply. */
	host_listen(f->session->host);
	log_notice("%s %s user=%s by=%s verdict=%s reply=%d tls=%s",
	    success ? "logged-in" : "login-failed", session_label(s, who),
	    stssl_quote(user, sizeof user, f->login.user), ways[f->login.tried],
	    s->decided.verdict < STSSL_VERDICT_COUNT
		? stssl_verdict_word(s->decided.verdict)
		: "none",
	    f->reply.code, version(s->client.tls));
}

void
ftp_log_refused(const struct ftp *f, const char *user, enum stssl_reason reason)
{
	char who[SESSION_LABEL], quoted[STSSL_QUOTE_MAX];

	log_notice("refused %s user=%s reason=%s tls=%s",
	    session_label(f->session, who),
	    stssl_quote(quoted, sizeof quoted, user), stssl_reason_word(reason),
	    version(f->session->client.tls));
}
