/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handles the messages of workers, a function for each.  A worker that has
 * been taken over can say here what it likes about its own connections, but not
 * whose certificates their clients have shown; nothing else is taken from it.
 */
#include <config.h>
#include "helper/monitor/registry/worker_channel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/log.h"

/*
 * The kernel doubles WORKER_CHANNEL_BYTES and counts at least 256 bytes for
 * each message.
 */
#define MESSAGES_MAX (2 * WORKER_CHANNEL_BYTES / 256)

/* Keys that only questions, answers and verdicts have. */
static const enum stssl_key foreign[] = { STSSL_KEY_STSSL_ASK,
	STSSL_KEY_STSSL_RESULT, STSSL_KEY_STSSL_USER, STSSL_KEY_STSSL_SERVICE,
	STSSL_KEY_STSSL_CLASS, STSSL_KEY_STSSL_VERDICT, STSSL_KEY_STSSL_REASON,
	STSSL_KEY_STSSL_DATA, STSSL_KEY_STSSL_AFTER, STSSL_KEY_STSSL_AGE,
	STSSL_KEY_STSSL_BYTES_IN, STSSL_KEY_STSSL_BYTES_OUT,
	STSSL_KEY_STSSL_KERNEL_TLS, STSSL_KEY_STSSL_METRICS,
	STSSL_KEY_STSSL_ERROR };

/* NULL unless the session is this worker's. */
static struct session_entry *
own_session(const struct worker_channel *in, uint64_t session)
{
	struct session_entry *entry =
	    registry_find(in->monitor->registry, session);

	return entry != NULL && entry->of->owner == in->worker ? entry : NULL;
}

static bool
says(const struct stssl_record *record, enum stssl_key key, const char *value)
{
	const char *said = stssl_record_get(record, key);

	return said != NULL && strcmp(said, value) == 0;
}

/* The record names the session, and the client, that it is about. */
static bool
is_about(const struct worker_channel *in, const struct stssl_record *record,
    const struct session_entry *entry)
{
	char session[17], port[6], ip[STSSL_ADDRESS_TEXT];

	(void)snprintf(session, sizeof session, "%" PRIx64, entry->session);
	(void)snprintf(port, sizeof port, "%" PRIu16, entry->peer.port);
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		if (stssl_record_get(record, foreign[i]) != NULL)
			return false;
	return stssl_record_get_nth(record, STSSL_KEY_STSSL_CONNECTION, 0) ==
		   NULL &&
	       stssl_record_get_nth(record, STSSL_KEY_STSSL_SOURCE, 0) ==
		   NULL &&
	       says(record, STSSL_KEY_STSSL_SESSION, session) &&
	       says(record, STSSL_KEY_STSSL_LISTENER,
		   in->monitor->generation->config->listeners[entry->listener]
		       .name) &&
	       says(record, STSSL_KEY_REMOTE_ADDR,
		   stssl_ip_format(&entry->peer, ip)) &&
	       says(record, STSSL_KEY_REMOTE_PORT, port);
}

/*
 * Its certificate's part, which the verifier told the monitor before it told
 * the worker.
 */
static int
complete(struct worker_channel *in, struct stssl_record *record,
    struct session_entry *entry, const struct message_publish *p)
{
	const struct helper_config *config = in->monitor->generation->config;

	entry->good_until = 0;
	if (p->is_proven == 0) {
		proof_done(&entry->proof);
		return 0;
	}
	if (!entry->proof.is_there)
		monitor_hear_verifiers(in->monitor);
	return proof_add(
	    &entry->proof, config->tls.ocsp, record, &entry->good_until);
}

/* Without a record the answer will be "none": nothing is granted by it. */
static void
keep(struct worker_channel *in, struct stssl_record *record,
    struct session_entry *entry, const struct message_publish *p)
{
	int r = complete(in, record, entry, p);

	if (r == 0)
		r = stssl_record_put(record, STSSL_KEY_STSSL_RESULT, "found");
	entry->is_unreviewed = in->is_older;
	metrics_backend(
	    registry_metrics(in->monitor->registry), entry->listener, true);
	if (r == 0)
		r = registry_publish(in->monitor->registry, entry,
		    &p->connection, record->text, record->len);
	else
		registry_withdraw(in->monitor->registry, entry);
	if (r < 0)
		(void)log_errno(r, "session=%" PRIx64 ": record is not kept",
		    entry->session);
}

static int
welcome(struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry = own_session(in, m->u.welcome.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	registry_welcome(in->monitor->registry, entry);
	return 0;
}

static int
publish(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_publish *p = &m->u.publish;
	struct session_entry *entry = own_session(in, p->session);
	struct stssl_record record;
	int r;

	if (entry == NULL || entry->origin == ORIGIN_AWAITED)
		return -EBADMSG;
	stssl_record_init(&record);
	r = stssl_record_decode(text, p->text_len, &record);
	if (r == 0 && p->is_proven <= 1 && is_about(in, &record, entry) &&
	    proof_is_modest(&record, p->is_proven != 0))
		keep(in, &record, entry, p);
	else if (r == -ENOMEM)
		registry_withdraw(in->monitor->registry, entry);
	else
		r = -EBADMSG;
	if (r == 0 && p->is_welcome != 0)
		registry_welcome(in->monitor->registry, entry);
	stssl_record_done(&record);
	return r == -ENOMEM ? 0 : r;
}

static int
withdraw(struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry = own_session(in, m->u.withdraw.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	registry_withdraw(in->monitor->registry, entry);
	return 0;
}

static int
ask(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct session_entry *entry = own_session(in, m->u.ask.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	monitor_asked(in->monitor, entry, &m->u.ask);
	return 0;
}

/* They only grow. */
static int
count_bytes(struct worker_channel *in, struct session_entry *entry,
    uint64_t bytes_in, uint64_t bytes_out)
{
	if (entry == NULL || bytes_in < entry->bytes_in ||
	    bytes_out < entry->bytes_out)
		return -EBADMSG;
	metrics_traffic(registry_metrics(in->monitor->registry),
	    bytes_in - entry->bytes_in, bytes_out - entry->bytes_out);
	entry->bytes_in = bytes_in;
	entry->bytes_out = bytes_out;
	return 0;
}

static int
traffic(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_traffic *t = &m->u.traffic;
	struct session_entry *entry = own_session(in, t->session);
	int r = t->kernel_tls > 1 ? -EBADMSG
				  : count_bytes(in, entry, t->in, t->out);

	(void)text;
	if (r == 0)
		entry->kernel_tls = t->kernel_tls != 0;
	return r;
}

/* More than any client gets done before it is sent away. */
#define FAILURES_MAX 16

static int
failed(struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry = own_session(in, m->u.failed.session);

	(void)text;
	if (entry == NULL || m->u.failed.event >= PENALTY_CRASH ||
	    entry->failures == FAILURES_MAX)
		return -EBADMSG;
	entry->failures++;
	/* A proxy's address is that of all its clients. */
	if (entry->origin == ORIGIN_CLIENT)
		monitor_penalise(in->monitor, &entry->peer,
		    (enum penalty_event)m->u.failed.event);
	return 0;
}

/* Once for a session that came through a proxy, before all that is about it. */
static int
introduce(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_introduce *i = &m->u.introduce;
	struct session_entry *entry = own_session(in, i->session);

	(void)text;
	if (entry == NULL || entry->origin != ORIGIN_AWAITED ||
	    i->fault >= PROXY_FAULT_COUNT || i->is_own > 1)
		return -EBADMSG;
	monitor_introduced(in->monitor, entry, i);
	return 0;
}

static int
unreachable(
    struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry = own_session(in, m->u.unreachable.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	/* A worker must not make one client look like many. */
	if (!entry->is_unreachable)
		metrics_backend(registry_metrics(in->monitor->registry),
		    entry->listener, false);
	entry->is_unreachable = true;
	return 0;
}

static int
closed(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_closed *c = &m->u.closed;
	struct session_entry *entry = own_session(in, c->session);
	int r = count_bytes(in, entry, c->in, c->out);

	(void)text;
	if (r < 0)
		return r;
	if (entry->origin != ORIGIN_AWAITED)
		log_info("closed session=%" PRIx64 " verdict=%s",
		    entry->session,
		    entry->is_decided ? stssl_verdict_word(entry->verdict)
				      : "none");
	registry_remove(in->monitor->registry, entry);
	in->closed++;
	return 0;
}

/* message_receive() lets only a worker's types through. */
static int (*const handlers[MESSAGE_COUNT])(
    struct worker_channel *in, const struct message *m, const char *text) = {
	[MESSAGE_PUBLISH] = publish,
	[MESSAGE_WITHDRAW] = withdraw,
	[MESSAGE_ASK] = ask,
	[MESSAGE_WELCOME] = welcome,
	[MESSAGE_TRAFFIC] = traffic,
	[MESSAGE_FAILED] = failed,
	[MESSAGE_INTRODUCE] = introduce,
	[MESSAGE_UNREACHABLE] = unreachable,
	[MESSAGE_CLOSED] = closed,
};

int
worker_channel_drain(struct worker_channel *in)
{
	static char text[MESSAGE_MORE_MAX];
	const unsigned most = in->most > 0 ? in->most : MESSAGES_MAX;
	struct message m;
	int fd, r = 0;

	for (unsigned i = 0; r == 0 && i < most; i++) {
		r = message_receive(in->channel, SENDER_WORKER, &m, &fd, text);
		if (r == 0)
			r = handlers[m.type](in, &m, text);
	}
	if (r == -EBADMSG)
		log_error("impossible message from a worker");
	/* Any other failure of the channel is its end. */
	if (r < 0 && r != -EAGAIN && r != -EBADMSG)
		r = -EPIPE;
	return r == -EAGAIN ? 0 : r;
}
