/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The step behind a handshake with a client's certificate: the verifier says
 * whether its owner has signed, and what comes of it.  Without its word the
 * certificate counts for nothing.
 */
#include <config.h>
#include "helper/worker/session_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/worker/host.h"
#include "helper/worker/link/server.h"

/* A verifier that has more to do than it gets done in this time is stuck. */
#define ANSWER_SECONDS 3.

void
session_proven(struct session *s, const struct proof_answer *answer)
{
	const bool has_signed = answer != NULL && answer->sha256[0] != '\0';

	if (s->state != SESSION_PROVE || s->proof.is_known)
		return;
	if (has_signed && session_is_from_link(s) &&
	    !link_server_confirms(s, answer->is_1_3 != 0)) {
		stream_wake(&s->client);
		return;
	}
	s->proof.is_known = true;
	if (has_signed) {
		s->certificate.is_proven = true;
		s->certificate.failure = (enum stssl_failure)answer->failure;
		(void)snprintf(s->fingerprint, sizeof s->fingerprint, "%s",
		    answer->sha256);
		s->proof.subject = strdup(answer->subject);
		if (s->listen->send_proxy != SEND_PROXY_OFF &&
		    answer->name[0] != '\0')
			s->proof.name = strdup(answer->name);
	}
	/* Not at once: another session may be what is listening just now. */
	stream_wake(&s->client);
}

void
session_step_proof(struct session *s)
{
	if (!s->proof.is_known)
		return;
	ev_timer_stop(s->host->loop, &s->deadline);
	if (session_ocsp_matters(s->host->config->tls.ocsp, &s->certificate))
		session_begin_check(s);
	else
		session_admit(s);
}

void
session_begin_proof(struct session *s)
{
	stream_watch(&s->client, false, false);
	s->state = SESSION_PROVE;
	session_set_deadline(s, ANSWER_SECONDS);
	if (host_prove(s) < 0)
		s->proof.is_known = true;
	session_step_proof(s);
}
