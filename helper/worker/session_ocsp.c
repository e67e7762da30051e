/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The step between TLS and the backend: when a session asks OCSP about its
 * certificate, and what comes of the answer.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include "helper/worker/host.h"
#include "helper/worker/tls/tls.h"
#include "x509/chain.h"

/* A session waits so much longer than ocsp-timeout, then it knows nothing. */
#define MORE_SECONDS 1.

#define GOOD         STSSL_FAILURE_NONE

static const enum stssl_failure table[][X509_OCSP_COUNT] = {
	/* unknown                good  revoked */
	[OCSP_OFF] = { GOOD, GOOD, GOOD },
	[OCSP_SOFT] = { GOOD, GOOD, STSSL_FAILURE_REVOKED },
	[OCSP_HARD] = { STSSL_FAILURE_CRL_STALE, GOOD, STSSL_FAILURE_REVOKED },
};

bool
session_ocsp_matters(
    enum ocsp_mode mode, const struct tls_certificate *certificate)
{
	return mode != OCSP_OFF && certificate->is_sent &&
	       certificate->failure == STSSL_FAILURE_NONE;
}

enum stssl_failure
session_ocsp_judge(enum ocsp_mode mode, enum x509_ocsp found)
{
	return table[mode][found];
}

void
session_step_check(struct session *s)
{
	enum stssl_failure failure;
	int r = 0;

	if (!s->ocsp.is_known)
		return;
	ev_timer_stop(s->host->loop, &s->deadline);
	session_note(s, "ocsp", x509_ocsp_word(s->ocsp.found));
	failure = session_ocsp_judge(s->host->config->tls.ocsp, s->ocsp.found);
	if (failure != STSSL_FAILURE_NONE) {
		tls_condemn(s->client.tls, failure);
		r = session_describe(s);
	}
	if (r == 0)
		session_admit(s);
	else
		session_lack_record(s, r);
}

/* 0, or a negative errno when there will be no answer. */
static int
ask(const struct session *s)
{
	static unsigned char der[X509_CHAIN_BYTES];
	size_t len;
	int r = tls_peer_chain(s->client.tls, der, sizeof der, &len);

	return r < 0 ? r : host_check(s, der, len);
}

/* Without an answer in time, or at all, there is one: that nothing is known. */
void
session_begin_check(struct session *s)
{
	stream_watch(&s->client, false, false);
	s->state = SESSION_CHECK;
	session_set_deadline(
	    s, s->host->config->tls.ocsp_seconds + MORE_SECONDS);
	s->ocsp.is_known = ask(s) < 0;
	s->ocsp.found = X509_OCSP_UNKNOWN;
	session_step_check(s);
}
