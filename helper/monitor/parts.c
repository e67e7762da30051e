/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the monitor is made of, and who is told what: each part knows only its
 * own callbacks, and here they are tied to the parts that answer them.
 */
#include <config.h>
#include "helper/monitor/parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/keyholder/keys.h"
#include "helper/monitor/notify.h"
#include "helper/monitor/status/audit.h"
#include "helper/worker/tls/tls.h"
#include "x509/verify.h"

#define ADVICE_SECONDS 2.0
#define REVIEW_SECONDS 5.0

const struct helper_config *
parts_config(const struct monitor *m)
{
	return m->params->generation->config;
}

int
parts_reload(void *owner, struct stssl_error *error)
{
	struct monitor *m = owner;
	int r;

	if (m->reload == NULL) {
		(void)snprintf(
		    error->text, sizeof error->text, "the helper stops");
		return -EAGAIN;
	}
	notify("RELOADING=1");
	r = reload_now(m->reload, error);
	notify("READY=1");
	return r;
}

/* Between workers and answers */

static void
drain(void *owner)
{
	struct monitor *m = owner;

	workers_drain(m->workers);
}

static int
decided(void *owner, const struct session_entry *entry,
    enum stssl_verdict verdict, bool data_private)
{
	struct monitor *m = owner;

	return workers_verdict(m->workers, entry, verdict, data_private);
}

static int
kick(void *owner, const struct session_entry *entry)
{
	struct monitor *m = owner;

	return workers_end(m->workers, entry, END_KICKED);
}

/* Penalties */

/*
 * A source may have connected often before it was refused: it gets no further
 * than a login.  True when this one is sent away.
 */
static bool
turn_away(struct monitor *m, const struct session_entry *entry)
{
	int r;

	if (!penalties_refuses(m->penalties, &entry->peer))
		return false;
	doors_note(&m->doors, entry->listener, ADMISSION_PENALTY, &entry->peer);
	r = workers_end(m->workers, entry, END_PENALTY);
	/* It waits for an answer, and gets none: that refuses, too. */
	if (r < 0)
		log_debug("an order to end is lost: %s", strerror(-r));
	return true;
}

static void
failed(void *owner, const struct session_entry *entry, enum penalty_event event)
{
	struct monitor *m = owner;

	penalties_add(m->penalties, &entry->peer, event);
}

static void
crashed(void *owner, const struct stssl_address *peer)
{
	struct monitor *m = owner;

	penalties_add(m->penalties, peer, PENALTY_CRASH);
}

static void
late(void *owner, const struct stssl_address *peer)
{
	struct monitor *m = owner;

	penalties_add(m->penalties, peer, PENALTY_ADVICE_TIMEOUT);
}

/* With FTP a worker tells it, who sees what the backend makes of it, too. */
static void
refused_login(
    void *owner, const struct session_entry *entry, const char *reason)
{
	static const enum stssl_reason ours[] = { STSSL_REASON_INTERNAL,
		STSSL_REASON_CONFIGURATION, STSSL_REASON_HELPER };
	struct monitor *m = owner;
	const struct helper_config *config = parts_config(m);

	if (entry->listener >= config->listener_count ||
	    config->listeners[entry->listener].protocol != LISTEN_STREAM)
		return;
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (strcmp(reason, stssl_reason_word(ours[i])) == 0)
			return;
	penalties_add(m->penalties, &entry->peer, PENALTY_LOGIN_FAILED);
	(void)turn_away(m, entry);
}

static const char *
listener_name(void *owner, uint32_t listener)
{
	const struct helper_config *config = parts_config(owner);

	return listener < config->listener_count
		   ? config->listeners[listener].name
		   : NULL;
}

static void
asked(void *owner, const struct session_entry *entry,
    const struct message_ask *ask)
{
	struct monitor *m = owner;

	if (!turn_away(m, entry))
		advisors_ask(m->advisors, entry, ask);
}

static void
advise(void *owner, const struct session_entry *entry, const char *user,
    const struct message_advice *advice)
{
	struct monitor *m = owner;
	int r = workers_advice(m->workers, entry, advice);

	audit_advice(entry, user, advice);
	if (advice->verdict == STSSL_VERDICT_REFUSE)
		metrics_refusal(registry_metrics(m->registry),
		    (enum stssl_reason)advice->reason);
	/* Its end, or its silence, is the worker's supervisor's matter. */
	if (r < 0)
		log_debug("advice is lost: %s", strerror(-r));
}

static void
check(void *owner, struct session_entry *entry, const void *der, size_t len)
{
	struct monitor *m = owner;

	inquiries_ask(m->inquiries, entry, der, len);
}

static void
checked(void *owner, const struct session_entry *entry, enum x509_ocsp found)
{
	struct monitor *m = owner;
	int r = workers_checked(m->workers, entry, found);

	if (r < 0)
		log_debug("an answer of OCSP is lost: %s", strerror(-r));
}

static void
resolved(void *owner, const struct message_resolved *resolved)
{
	struct monitor *m = owner;

	/* Ours is what workers that are started later begin with. */
	memcpy(
	    parts_config(m)->listeners[resolved->listener].passive_address->ip,
	    resolved->ip, sizeof resolved->ip);
	workers_address(m->workers, resolved);
}

static int
give(void *owner, uint32_t listener, int fd, const struct stssl_address *peer,
    const struct stssl_address *local)
{
	struct monitor *m = owner;

	return workers_give(m->workers, listener, fd, peer, local);
}

static void
hold(void *owner, bool hold)
{
	struct monitor *m = owner;

	doors_hold(&m->doors, hold);
}

static int
load_keys(
    void *owner, const struct helper_config *config, struct stssl_error *error)
{
	struct monitor *m = owner;

	return keyholders_prepare(m->keyholders, config, error);
}

/* Between workers and the keyholder */

static bool
connect_line(void *owner, uint32_t worker, int line)
{
	struct monitor *m = owner;

	return keyholders_connect(m->keyholders, worker, line);
}

static void
connect_lines(void *owner, bool is_new)
{
	struct monitor *m = owner;

	workers_connect(m->workers, is_new);
}

static void
refused(void *owner, uint32_t worker)
{
	struct monitor *m = owner;

	workers_refuse(m->workers, worker);
}

/* All who come from now on get the new generation. */
static void
renewed(void *owner)
{
	struct monitor *m = owner;

	m->doors.config = parts_config(m);
	penalties_renew(m->penalties, &parts_config(m)->penalties);
	(void)inquiries_begin(m->inquiries, parts_config(m),
	    tls_context_store(m->params->generation->tls));
	keyholders_renew(m->keyholders, parts_config(m));
	(void)workers_renew(
	    m->workers, parts_config(m), m->params->generation->tls);
	advisors_renew(m->advisors, parts_config(m));
	review_begin(m->review, tls_context_store(m->params->generation->tls),
	    parts_config(m)->tls.on_revocation);
	expiry_stop(&m->expiry, m->loop);
	expiry_start(&m->expiry, m->loop, m->params->generation);
}

static int
end_session(void *owner, const struct session_entry *entry)
{
	struct monitor *m = owner;

	return workers_end(m->workers, entry, END_CERTIFICATE);
}

static void
stopped(void *owner)
{
	struct monitor *m = owner;

	/* Until then there may be handshakes. */
	if (workers_are_gone(m->workers))
		keyholders_stop(m->keyholders);
	if (workers_are_gone(m->workers) &&
	    keyholders_are_gone(m->keyholders) &&
	    advisors_are_gone(m->advisors) &&
	    inquiries_are_gone(m->inquiries) && review_is_gone(m->review))
		ev_break(m->loop, EVBREAK_ALL);
}

/* Also in a new process, so: close, free, and leave what others see alone. */
static void
forget_most(void *owner)
{
	struct monitor *m = owner;

	for (size_t i = 0; m->loop != NULL && i < MONITOR_SIGNALS; i++)
		ev_signal_stop(m->loop, &m->signals[i]);
	doors_close(&m->doors);
	listeners_close(&m->listeners);
	m->reload = reload_free(m->reload);
	m->review = review_free(m->review);
	if (m->loop != NULL)
		expiry_stop(&m->expiry, m->loop);
	m->answers = answers_free(m->answers);
	m->workers = workers_free(m->workers);
	m->keyholders = keyholders_free(m->keyholders);
	m->advisors = advisors_free(m->advisors);
	m->inquiries = inquiries_free(m->inquiries);
	m->penalties = penalties_free(m->penalties);
	m->registry = registry_free(m->registry);
	if (m->status.fd != -1)
		(void)close(m->status.fd);
	m->status.fd = -1;
	if (m->loop != NULL)
		ev_loop_destroy(m->loop);
	m->loop = NULL;
}

void
parts_forget(void *owner)
{
	keys_close_early();
	forget_most(owner);
}

/* A keyholder has still to read the files with its keys. */
static void
forget_but_keys(void *owner)
{
	struct monitor *m = owner;
	struct generation *g = m->params->generation;

	forget_most(owner);
	g->tls = tls_context_free(g->tls);
}

/* Workers alone have a use for certificates. */
static void
forget_more(void *owner)
{
	keys_close_early();
	forget_but_keys(owner);
}

/* The inquirer needs the store, but none of the keys. */
static void
forget_keys(void *owner)
{
	struct monitor *m = owner;

	parts_forget(owner);
	tls_context_keep_store(m->params->generation->tls);
}

/* Those who have to do with sessions.  Each returns 0 or -ENOMEM. */
static int
build_sessions(struct monitor *m)
{
	const struct keyholders_params keyholders = { .loop = m->loop,
		.run = m->params->keyholder,
		.forget = forget_but_keys,
		.connect = connect_lines,
		.refused = refused,
		.stopped = stopped,
		.owner = m };
	const struct workers_params workers = { .loop = m->loop,
		.config = parts_config(m),
		.tls = m->params->generation->tls,
		.registry = m->registry,
		.run = m->params->worker,
		.forget = parts_forget,
		.asked = asked,
		.check = check,
		.failed = failed,
		.crashed = crashed,
		.connect = connect_line,
		.hold = hold,
		.stopped = stopped,
		.owner = m };

	m->keyholders = keyholders_new(&keyholders);
	m->workers = workers_new(&workers);
	return m->keyholders == NULL || m->workers == NULL ? -ENOMEM : 0;
}

/* Those whom workers have ask. */
static int
build_askers(struct monitor *m)
{
	const struct advisors_params advisors = { .loop = m->loop,
		.config = parts_config(m),
		.registry = m->registry,
		.patience = ADVICE_SECONDS,
		.run = m->params->advisor,
		.forget = forget_more,
		.advise = advise,
		.late = late,
		.stopped = stopped,
		.owner = m };
	const struct inquiries_params inquiries = { .loop = m->loop,
		.registry = m->registry,
		.run = m->params->inquirer,
		.forget = forget_keys,
		.checked = checked,
		.resolved = resolved,
		.stopped = stopped,
		.owner = m };

	m->advisors = advisors_new(&advisors);
	m->inquiries = inquiries_new(&inquiries);
	return m->advisors == NULL || m->inquiries == NULL ? -ENOMEM : 0;
}

/* Those who see to it that what holds now is what the files say. */
static int
build_changes(struct monitor *m)
{
	struct generation *generation = m->params->generation;
	const struct reload_params reload = { .loop = m->loop,
		.path = m->params->path,
		.generation = generation,
		.load_keys = load_keys,
		.changed = renewed,
		.owner = m };
	const struct review_params review = { .loop = m->loop,
		.registry = m->registry,
		.every = REVIEW_SECONDS,
		.forget = parts_forget,
		.verify = x509_verify_again,
		.end = end_session,
		.stopped = stopped,
		.owner = m };

	m->reload = reload_new(&reload);
	m->review = review_new(&review);
	if (m->reload == NULL || m->review == NULL)
		return -ENOMEM;
	review_begin(m->review, tls_context_store(generation->tls),
	    generation->config->tls.on_revocation);
	return 0;
}

/* Those whom others ask, or knock at. */
static int
build_entrances(struct monitor *m)
{
	const struct answer_params answers = { .loop = m->loop,
		.fd = m->status.fd,
		.users = m->params->privileges->status_users,
		.user_count = m->params->privileges->status_user_count,
		.registry = m->registry,
		.penalties = m->penalties,
		.generation = m->params->generation,
		.drain = drain,
		.decided = decided,
		.refused = refused_login,
		.kick = kick,
		.reload = parts_reload,
		.listener = listener_name,
		.owner = m };

	m->answers = answers_new(&answers);
	if (m->answers == NULL)
		return -ENOMEM;
	m->status.fd = -1;
	m->doors = (struct doors){ .loop = m->loop,
		.config = parts_config(m),
		.registry = m->registry,
		.penalties = m->penalties,
		.give = give,
		.owner = m };
	return doors_open(&m->doors, &m->listeners);
}

int
parts_build(struct monitor *m)
{
	int r = build_sessions(m);

	if (r == 0)
		r = build_askers(m);
	if (r == 0)
		r = build_changes(m);
	return r == 0 ? build_entrances(m) : r;
}
