/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One function for each kind of request.  The helper does not wait for an
 * asker: packets that his socket has no room for are lost.
 */
#include <config.h>
#include "helper/monitor/status/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "helper/base/log.h"
#include "helper/monitor/children/workers.h"
#include "helper/monitor/registry/sources.h"
#include "helper/monitor/registry/metrics.h"
#include "helper/monitor/status/audit.h"
#include "helper/monitor/status/listing.h"
#include "policy/decide.h"

/* False when there is no room for it, or nobody any more who listens. */
static bool
say(const struct asker *to, const char *text, size_t len)
{
	return send(to->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL) != -1;
}

void
reply_word(const struct asker *to, const char *word)
{
	struct stssl_record answer;

	stssl_record_init(&answer);
	if (stssl_record_put(&answer, STSSL_KEY_STSSL_RESULT, word) == 0)
		(void)say(to, answer.text, answer.len);
	stssl_record_done(&answer);
}

/*
 * Another client of the session's backend, who came past us or whose record is
 * not there (yet).  The port alone counts: a backend may listen on several
 * addresses, and what it connects to has other ports on its side.
 */
static bool
is_another_client(
    const struct session_entry *found, const struct stssl_connection *key)
{
	const struct stssl_connection *own = &found->connection;

	return key->local.port == own->local.port &&
	       stssl_connection_compare(key, own) != 0;
}

static bool
has_another_client(
    const struct session_entry *found, const struct request *request)
{
	for (size_t i = 0; i < request->key_count; i++)
		if (is_another_client(found, &request->keys[i]))
			return true;
	return false;
}

/* A process without a connection of its own knows the address only. */
static bool
is_source(const struct stssl_connection *key)
{
	return key->local.port == 0 && key->peer.port == 0;
}

static const struct session_entry *
find_session(
    const struct registry *registry, const struct stssl_connection *key)
{
	return is_source(key) ? registry_find_source(registry, key)
			      : registry_find_connection(registry, key);
}

/* There are others that the asker could mean. */
static bool
is_uncertain(const struct registry *registry, const struct session_entry *found,
    const struct request *request)
{
	if (found->is_disputed)
		return true;
	for (size_t i = 0; i < request->key_count; i++)
		if (is_source(&request->keys[i]) &&
		    !sources_has_sole(registry_sources(registry),
			found->sources, &found->connection))
			return true;
	return has_another_client(found, request);
}

/*
 * Is this a session that he may ask and report about?  Of one that is passed on
 * to a Server nobody may: its verifier has judged no handshake's age here, and
 * what our records say of certificates is for the log and for advisors.
 */
static bool
is_his(const struct asker *to, const struct session_entry *entry)
{
	const struct helper_config *config = to->monitor->generation->config;

	if (config->listeners[entry->listener].link_to.count > 0)
		return false;
	if (to->backend_users == NULL ||
	    to->backend_users[entry->listener] == to->uid)
		return true;
	*to->asked_of_others = true;
	return false;
}

static void
answer_query(const struct asker *to, const struct request *request)
{
	const struct session_entry *found = NULL;
	const struct registry *registry = to->monitor->registry;

	for (size_t i = 0; i < request->key_count; i++) {
		const struct session_entry *entry =
		    find_session(registry, &request->keys[i]);

		if (entry == NULL || entry == found)
			continue;
		if (found != NULL) {
			reply_word(to, "ambiguous");
			return;
		}
		found = entry;
	}
	if (found == NULL || !is_his(to, found))
		reply_word(to, "none");
	else if (is_uncertain(registry, found, request))
		reply_word(to, "ambiguous");
	else
		(void)say(to, found->text, found->text_len);
}

/* With the session, for the listing.  Out of memory forgets it. */
static void
keep_login(struct session_entry *entry, const struct request *request)
{
	const struct {
		enum stssl_key key;
		const char *value;
	} rows[] = {
		{ STSSL_KEY_STSSL_USER, request->user },
		{ STSSL_KEY_STSSL_SERVICE, request->service },
		{ STSSL_KEY_STSSL_CLASS, request->class_name },
		{ STSSL_KEY_STSSL_VERDICT,
		    stssl_verdict_word(request->verdict) },
		{ STSSL_KEY_STSSL_REASON, request->reason },
		{ STSSL_KEY_STSSL_DATA,
		    request->data_private ? "private" : "any" },
	};
	int r = 0;

	stssl_record_done(&entry->login);
	stssl_record_init(&entry->login);
	for (size_t i = 0; r == 0 && i < sizeof rows / sizeof rows[0]; i++)
		r = stssl_record_put(&entry->login, rows[i].key, rows[i].value);
	if (r < 0)
		stssl_record_done(&entry->login);
}

/* Reasons that would not be without a good certificate. */
static bool
needs_certificate(const char *reason)
{
	return strcmp(reason, stssl_reason_word(STSSL_REASON_CERTIFICATE)) ==
		   0 ||
	       strcmp(reason, stssl_reason_word(STSSL_REASON_AND_PASSWORD)) ==
		   0;
}

static void
answer_verdict(const struct asker *to, const struct request *request)
{
	const struct monitor *m = to->monitor;
	struct session_entry *entry =
	    registry_find(m->registry, request->session);
	struct message verdict = { .type = MESSAGE_VERDICT,
		.u.verdict = { .session = request->session,
		    .verdict = request->verdict,
		    .data_private = request->data_private } };
	int r;

	if (entry == NULL || entry->record != RECORD_KNOWN) {
		reply_word(to, "none");
		return;
	}
	if (!is_his(to, entry)) {
		/* He knows that it is there, if he may query all. */
		reply_word(to, to->may_query_all ? "denied" : "none");
		return;
	}
	(void)snprintf(verdict.u.verdict.class_name,
	    sizeof verdict.u.verdict.class_name, "%s", request->class_name);
	r = workers_tell(m->workers, entry, &verdict);
	audit_login(entry, request, to->uid, r);
	if (r < 0) {
		reply_word(to, "none");
		return;
	}
	entry->is_decided = true;
	entry->by_certificate = needs_certificate(request->reason);
	entry->verdict = request->verdict;
	if (request->verdict == STSSL_VERDICT_REFUSE)
		monitor_refused_login(to->monitor, entry, request->reason);
	keep_login(entry, request);
	registry_login(m->registry, entry);
	metrics_verdict(
	    registry_metrics(m->registry), request->verdict, request->reason);
	reply_word(to, "done");
}

static void
answer_kick(const struct asker *to, const struct request *request)
{
	const struct session_entry *entry =
	    registry_find(to->monitor->registry, request->session);

	if (entry == NULL || monitor_end(to->monitor, entry, END_KICKED) < 0) {
		reply_word(to, "none");
		return;
	}
	log_notice("kicked session=%" PRIx64 " by uid=%lu", entry->session,
	    (unsigned long)to->uid);
	reply_word(to, "done");
}

static void
answer_pardon(const struct asker *to, const struct request *request)
{
	char ip[STSSL_ADDRESS_TEXT];

	if (!penalties_pardon(to->monitor->penalties, &request->address)) {
		reply_word(to, "none");
		return;
	}
	log_notice("pardoned address=%s by uid=%lu",
	    stssl_ip_format(&request->address, ip), (unsigned long)to->uid);
	reply_word(to, "done");
}

/*
 * As many sessions as the socket has room for, each in a packet: to accept an
 * asker for each of them would cost the monitor several times as much.
 */
static void
answer_list(const struct asker *to, const struct request *request)
{
	static char packet[STSSL_RECORD_MAX];
	uint64_t session = request->session;

	for (unsigned i = 0; i < ANSWER_SESSIONS_MAX; i++) {
		size_t len = listing_session(to->monitor, &session, packet);

		if (!say(to, packet, len) || session == 0)
			return;
	}
}

/* In as many packets as it takes. */
static void
answer_metrics(const struct asker *to, const struct request *request)
{
	size_t len = 0;
	char *text = listing_metrics(to->monitor, &len);

	(void)request;
	for (size_t at = 0; text != NULL && at < len;) {
		static char packet[STSSL_RECORD_MAX];
		size_t n = listing_part(text + at, len - at, packet);

		if (!say(to, packet, n))
			break;
		at += LISTING_PART_MAX;
	}
	free(text);
}

static void
answer_penalties(const struct asker *to, const struct request *request)
{
	static char packet[STSSL_RECORD_MAX];

	(void)say(to, packet,
	    listing_penalties(to->monitor,
		request->has_address ? &request->address : NULL, packet));
}

void
reply_reloaded(int fd, const char *error)
{
	const struct asker to = { .fd = fd };
	struct stssl_record answer;
	int r;

	if (fd == -1)
		return;
	stssl_record_init(&answer);
	r = stssl_record_put(
	    &answer, STSSL_KEY_STSSL_RESULT, error == NULL ? "done" : "failed");
	if (r == 0 && error != NULL)
		r = stssl_record_put(&answer, STSSL_KEY_STSSL_ERROR, error);
	if (r == 0)
		(void)say(&to, answer.text, answer.len);
	stssl_record_done(&answer);
}

static void
answer_reload(const struct asker *to, const struct request *request)
{
	(void)request;
	monitor_reload(to->monitor, to->fd);
}

static void (*const kinds[])(
    const struct asker *to, const struct request *request) = {
	[REQUEST_QUERY] = answer_query,
	[REQUEST_VERDICT] = answer_verdict,
	[REQUEST_LIST] = answer_list,
	[REQUEST_KICK] = answer_kick,
	[REQUEST_METRICS] = answer_metrics,
	[REQUEST_RELOAD] = answer_reload,
	[REQUEST_PENALTIES] = answer_penalties,
	[REQUEST_PARDON] = answer_pardon,
};

void
reply(const struct asker *to, const struct request *request)
{
	kinds[request->kind](to, request);
}
