/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The step between TLS and the backend: when a session asks OCSP about its
 * certificate, and what comes of the answer.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include "helper/base/ocsp.h"
#include "helper/worker/host.h"

/* A session waits so much longer than ocsp-timeout, then it knows nothing. */
#define MORE_SECONDS 3.

bool
session_ocsp_matters(
    enum ocsp_mode mode, const struct tls_certificate *certificate)
{
	return mode != OCSP_OFF && certificate->is_proven &&
	       certificate->failure == STSSL_FAILURE_NONE;
}

void
session_step_check(struct session *s)
{
	if (!s->ocsp.is_known)
		return;
	ev_timer_stop(s->host->loop, &s->deadline);
	session_note(s, "ocsp", x509_ocsp_word(s->ocsp.found));
	/* The monitor does the same to the record. */
	s->certificate.failure =
	    ocsp_judge(s->host->config->tls.ocsp, s->ocsp.found);
	session_admit(s);
}

/*
 * The verifier has told the monitor what the inquirer is to be asked about: the
 * answer may be here by now.  Without one in time there is one: that nothing is
 * known.
 */
void
session_begin_check(struct session *s)
{
	stream_watch(&s->client, false, false);
	s->state = SESSION_CHECK;
	session_set_deadline(
	    s, s->host->config->tls.ocsp_seconds + MORE_SECONDS);
	session_step_check(s);
}
