/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Passes on what one part of the monitor says to the parts that it concerns:
 * wiring.h has the list.
 */
#include <config.h>
#include "helper/monitor/wiring.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/monitor/children/advisors.h"
#include "helper/monitor/children/inquiries.h"
#include "helper/monitor/children/keyholders.h"
#include "helper/monitor/children/review.h"
#include "helper/monitor/children/verifiers.h"
#include "helper/monitor/children/workers.h"
#include "helper/monitor/doors.h"
#include "helper/monitor/expiry.h"
#include "helper/monitor/reload.h"
#include "helper/monitor/status/audit.h"
#include "helper/worker/tls/tls.h"
#include "status/tools/words.h"

/* A worker that cannot be told ends soon, or is asked again by its caller. */
static int
tell(struct monitor *m, const struct session_entry *entry,
    const struct message *message, const char *what)
{
	int r = workers_tell(m->workers, entry, message);

	if (r < 0)
		log_debug("%s is lost: %s", what, strerror(-r));
	return r;
}

int
monitor_end(struct monitor *m, const struct session_entry *entry,
    enum message_end_reason reason)
{
	const struct message message = { .type = MESSAGE_END,
		.u.end = { .session = entry->session, .reason = reason } };

	return tell(m, entry, &message, "an order to end");
}

void
monitor_restarts(struct monitor *m, enum role role)
{
	registry_metrics(m->registry)->restarts[role]++;
}

/* Between workers and the keyholder */

bool
monitor_connect(struct monitor *m, uint32_t worker, int line)
{
	return keyholders_connect(m->keyholders, worker, line);
}

void
monitor_connect_workers(struct monitor *m, bool is_new)
{
	workers_connect(m->workers, is_new);
}

void
monitor_refused(struct monitor *m, uint32_t worker)
{
	workers_refuse(m->workers, worker);
}

/* Between workers and the verifier */

void
monitor_introduce(struct monitor *m, struct child *worker)
{
	verifiers_introduce(m->verifiers, worker);
}

void
monitor_introduce_workers(struct monitor *m)
{
	workers_introduce(m->workers);
}

void
monitor_abandoned(struct monitor *m, pid_t verifier)
{
	workers_abandoned(m->workers, verifier);
}

void
monitor_hear_verifiers(struct monitor *m)
{
	verifiers_drain(m->verifiers);
}

bool
monitor_is_worker(
    struct monitor *m, const struct session_entry *entry, uint32_t worker)
{
	return workers_has(m->workers, entry, worker);
}

/* Clients */

void
monitor_hold(struct monitor *m, bool hold)
{
	doors_hold(m->doors, hold);
}

void
monitor_penalise(struct monitor *m, const struct stssl_address *peer,
    enum penalty_event event)
{
	penalties_add(m->penalties, peer, event);
}

void
monitor_introduced(struct monitor *m, struct session_entry *entry,
    const struct message_introduce *introduced)
{
	doors_introduce(m->doors, entry, introduced);
}

/*
 * A source may have connected often before it was refused: it gets no further
 * than a login.  True when this one is sent away; that it waits for an answer,
 * and gets none, refuses it, too.
 */
static bool
turn_away(struct monitor *m, const struct session_entry *entry)
{
	if (entry->origin != ORIGIN_CLIENT ||
	    !penalties_refuses(m->penalties, &entry->peer))
		return false;
	doors_note(m->doors, entry->listener, ADMISSION_PENALTY, &entry->peer);
	(void)monitor_end(m, entry, END_PENALTY);
	return true;
}

void
monitor_route(struct monitor *m, const struct session_entry *to, int fd)
{
	int r = fd == -1 ? -EMFILE : workers_pass(m->workers, to, fd);

	if (r < 0)
		log_debug("session=%" PRIx64 ": data of its Edge are lost: %s",
		    to->session, strerror(-r));
}

/* With FTP a worker tells it, which sees what the backend makes of it, too. */
void
monitor_refused_login(
    struct monitor *m, const struct session_entry *entry, const char *reason)
{
	static const enum stssl_reason ours[] = { STSSL_REASON_INTERNAL,
		STSSL_REASON_CONFIGURATION, STSSL_REASON_HELPER };
	const struct helper_config *config = m->generation->config;
	enum listen_protocol protocol;

	if (entry->listener >= config->listener_count)
		return;
	/* Workers see for themselves how FTP's logins end. */
	protocol = config->listeners[entry->listener].protocol;
	if (protocol != LISTEN_STREAM && protocol != LISTEN_POSTGRESQL)
		return;
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (strcmp(reason, stssl_reason_word(ours[i])) == 0)
			return;
	if (entry->origin == ORIGIN_CLIENT)
		monitor_penalise(m, &entry->peer, PENALTY_LOGIN_FAILED);
	(void)turn_away(m, entry);
}

/* Questions and answers */

void
monitor_asked(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask)
{
	if (!turn_away(m, entry))
		advisors_ask(m->advisors, entry, ask);
}

void
monitor_advise(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask, const struct message_advice *advice)
{
	const struct message message = { .type = MESSAGE_ADVICE,
		.u.advice = *advice };

	(void)tell(m, entry, &message, "advice");
	/* Nobody has tried to log in. */
	if (ask->about == ABOUT_CLEAR || ask->about == ABOUT_DIGEST)
		return;
	audit_advice(entry, ask->user, advice);
	if (advice->verdict == STSSL_VERDICT_REFUSE)
		metrics_refusal(registry_metrics(m->registry),
		    (enum stssl_reason)advice->reason);
}

void
monitor_check(
    struct monitor *m, struct session_entry *entry, const void *der, size_t len)
{
	inquiries_ask(m->inquiries, entry, der, len);
}

void
monitor_checked(
    struct monitor *m, struct session_entry *entry, enum x509_ocsp found)
{
	const struct message message = { .type = MESSAGE_CHECKED,
		.u.checked = { .session = entry->session, .found = found } };

	entry->proof.is_answered = true;
	entry->proof.found = found;
	(void)tell(m, entry, &message, "an answer of OCSP");
}

void
monitor_resolved(struct monitor *m, const struct message_resolved *resolved)
{
	const struct listen_config *l =
	    &m->generation->config->listeners[resolved->listener];

	/* Ours is what workers that are started later begin with. */
	memcpy(l->passive_address->ip, resolved->ip, sizeof resolved->ip);
	workers_address(m->workers, resolved);
}

void
monitor_prepared(struct monitor *m)
{
	if (m->reload != NULL)
		reload_go_on(m->reload);
}

/* All sessions that come from now on get the new generation. */
void
monitor_renewed(struct monitor *m)
{
	const struct helper_config *config = m->generation->config;

	penalties_renew(m->penalties, &config->penalties);
	inquiries_renew(m->inquiries);
	keyholders_renew(m->keyholders);
	verifiers_renew(m->verifiers);
	workers_renew(m->workers);
	advisors_renew(m->advisors);
	review_begin(m->review, tls_context_store(m->generation->tls),
	    config->tls.on_revocation);
	expiry_stop(m->expiry, m->loop);
	expiry_start(m->expiry, m->loop, m->generation);
}
