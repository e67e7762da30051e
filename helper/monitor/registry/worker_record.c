/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A record is about a session of the worker's and its client, and leaves to
 * others what is theirs to say.
 */
#include <config.h>
#include "helper/monitor/registry/worker_record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "helper/base/log.h"

/* Keys that only questions, answers and verdicts have. */
static const enum stssl_key foreign[] = { STSSL_KEY_STSSL_ASK,
	STSSL_KEY_STSSL_RESULT, STSSL_KEY_STSSL_USER, STSSL_KEY_STSSL_SERVICE,
	STSSL_KEY_STSSL_CLASS, STSSL_KEY_STSSL_VERDICT, STSSL_KEY_STSSL_REASON,
	STSSL_KEY_STSSL_DATA, STSSL_KEY_STSSL_AFTER, STSSL_KEY_STSSL_AGE,
	STSSL_KEY_STSSL_BYTES_IN, STSSL_KEY_STSSL_BYTES_OUT,
	STSSL_KEY_STSSL_KERNEL_TLS, STSSL_KEY_STSSL_METRICS,
	STSSL_KEY_STSSL_ERROR };

static bool
says(const struct stssl_record *record, enum stssl_key key, const char *value)
{
	const char *said = stssl_record_get(record, key);

	return said != NULL && strcmp(said, value) == 0;
}

/* A class may ask it of an Edge's client, so it must not be left out either. */
static bool
is_edge_right(const struct stssl_record *record, const struct listen_config *l)
{
	const char *edge = stssl_record_get(record, STSSL_KEY_STSSL_EDGE);

	return edge == NULL ? l->tls != LISTEN_LINK
			    : l->tls == LISTEN_LINK && edge[0] != '\0';
}

/*
 * The record names the session, and the client, that it is about, and an Edge
 * where clients come from one.
 */
static bool
is_about(const struct worker_channel *in, const struct stssl_record *record,
    const struct session_entry *entry)
{
	const struct listen_config *l = worker_session_listener(in, entry);
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
	       says(record, STSSL_KEY_STSSL_LISTENER, l->name) &&
	       is_edge_right(record, l) &&
	       says(record, STSSL_KEY_REMOTE_ADDR,
		   stssl_ip_format(&entry->peer, ip)) &&
	       says(record, STSSL_KEY_REMOTE_PORT, port);
}

/*
 * Its certificate's part, which the verifier told the monitor before it told
 * the worker.  -EPIPE: the verifier accuses this worker, which is lost now.
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
	if (worker_session(in, p->session) == NULL)
		return -EPIPE;
	return proof_add(
	    &entry->proof, config->tls.ocsp, record, &entry->good_until);
}

/*
 * Without a record the answer will be "none": nothing is granted by it.
 * Returns 0; -EPIPE when the worker is lost meanwhile; or -EBADMSG.
 */
static int
keep(struct worker_channel *in, struct stssl_record *record,
    struct session_entry *entry, const struct message_publish *p)
{
	int r = complete(in, record, entry, p);

	if (r == -EPIPE)
		return r;
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
	/*
	 * Another session may be in an honest one's way: where a backend has
	 * reset a connection, the kernel gives its port away before a worker
	 * has seen that.  But a session does not connect more often than this.
	 */
	return entry->waits > MESSAGE_SOURCES ? -EBADMSG : 0;
}

int
worker_record_publish(
    struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_publish *p = &m->u.publish;
	struct session_entry *entry = worker_session(in, p->session);
	struct stssl_record record;
	int r;

	if (entry == NULL || !worker_session_is_introduced(in, entry))
		return -EBADMSG;
	stssl_record_init(&record);
	r = stssl_record_decode(text, p->text_len, &record);
	if (r == 0 && p->is_proven <= 1 && is_about(in, &record, entry) &&
	    proof_is_modest(&record, p->is_proven != 0))
		r = keep(in, &record, entry, p);
	else if (r == -ENOMEM)
		registry_withdraw(in->monitor->registry, entry);
	else
		r = -EBADMSG;
	if (r == 0 && p->is_welcome != 0)
		registry_welcome(in->monitor->registry, entry);
	stssl_record_done(&record);
	return r == -ENOMEM ? 0 : r;
}

int
worker_record_withdraw(
    struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry = worker_session(in, m->u.withdraw.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	registry_withdraw(in->monitor->registry, entry);
	return 0;
}
