/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two search trees over the same sessions, and a list of them all.  An entry is
 * in the tree of connections exactly while its record is RECORD_KNOWN.
 */
#include <config.h>
#include "helper/monitor/registry/registry.h"

#include <assert.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/source.h"
#include "helper/monitor/registry/sources.h"
#include "helper/monitor/registry/tree.h"
#include "status/address.h"
#include "status/clock.h"

struct registry {
	void *by_session;
	void *by_connection;
	LIST_HEAD(session_list, session_entry) sessions;
	size_t waiting;
	struct census census;
	struct metrics metrics;
	struct sources *sources;
};

static int
compare_sessions(const void *a, const void *b)
{
	const struct session_entry *x = a, *y = b;

	return x->session < y->session ? -1 : x->session > y->session;
}

static int
compare_connections(const void *a, const void *b)
{
	const struct session_entry *x = a, *y = b;

	return stssl_connection_compare(&x->connection, &y->connection);
}

/* tsearch() and tfind() return a pointer to our pointer. */
static struct session_entry *
entry_of(void *node)
{
	return node == NULL ? NULL : *(struct session_entry **)node;
}

static void
drop_text(struct session_entry *entry)
{
	free(entry->text);
	entry->text = NULL;
	entry->text_len = 0;
}

/* Answer with the record of `entry`, if nobody else has its connection. */
static int
make_known(struct registry *registry, struct session_entry *entry)
{
	struct session_entry *holder = entry_of(
	    tsearch(entry, &registry->by_connection, compare_connections));

	if (holder == NULL)
		return -ENOMEM;
	if (holder != entry)
		return -EADDRINUSE;
	entry->record = RECORD_KNOWN;
	return 0;
}

struct registry *
registry_new(void)
{
	struct registry *registry = calloc(1, sizeof *registry);

	if (registry != NULL)
		metrics_init(&registry->metrics, time(NULL));
	return registry;
}

void
registry_use(struct registry *registry, struct sources *sources)
{
	registry->sources = sources;
}

struct registry *
registry_free(struct registry *registry)
{
	if (registry == NULL)
		return NULL;
	while (!LIST_EMPTY(&registry->sessions))
		registry_remove(registry, LIST_FIRST(&registry->sessions));
	metrics_done(&registry->metrics);
	(void)sources_free(registry->sources);
	free(registry);
	return NULL;
}

int
registry_add(struct registry *registry, uint64_t session, const void *owner,
    uint32_t listener, const struct stssl_address *peer)
{
	struct session_entry *entry = calloc(1, sizeof *entry), *found;

	if (entry == NULL ||
	    metrics_listener(&registry->metrics, listener) == NULL) {
		free(entry);
		return -ENOMEM;
	}
	entry->session = session;
	entry->owner = owner;
	entry->listener = listener;
	entry->peer = *peer;
	entry->is_newcomer = true;
	entry->since_ms = stssl_now_ms();
	found =
	    entry_of(tsearch(entry, &registry->by_session, compare_sessions));
	if (found != entry) {
		free(entry);
		return found == NULL ? -ENOMEM : -EEXIST;
	}
	if (census_enter(&registry->census, listener, peer) < 0) {
		(void)tdelete(entry, &registry->by_session, compare_sessions);
		free(entry);
		return -ENOMEM;
	}

	registry->metrics.accepted++;
	metrics_session(&registry->metrics, listener, -1, entry->tls);
	LIST_INSERT_HEAD(&registry->sessions, entry, link);
	return 0;
}

struct sources *
registry_sources(const struct registry *registry)
{
	return registry->sources;
}

/* What a session is counted by, beside its listener. */
static const struct stssl_address *
source_of(const struct session_entry *entry)
{
	if (entry->origin == ORIGIN_LINK)
		return &entry->edge;
	return entry->origin == ORIGIN_CLIENT ? &entry->peer : NULL;
}

void
registry_await(struct registry *registry, struct session_entry *entry)
{
	census_detach(&registry->census, entry->listener, &entry->peer,
	    entry->is_newcomer);
	entry->origin = ORIGIN_AWAITED;
}

int
registry_introduce(struct registry *registry, struct session_entry *entry,
    const struct stssl_address *client)
{
	int r;

	if (client == NULL) {
		entry->origin = ORIGIN_PROXY;
		return 0;
	}
	r = census_attach(
	    &registry->census, entry->listener, client, entry->is_newcomer);
	if (r < 0)
		return r;
	entry->origin = ORIGIN_CLIENT;
	entry->peer = *client;
	return 0;
}

void
registry_welcome(struct registry *registry, struct session_entry *entry)
{
	if (entry->is_newcomer)
		census_welcome(
		    &registry->census, entry->listener, source_of(entry));
	entry->is_newcomer = false;
	registry_login(registry, entry);
}

void
registry_login(struct registry *registry, struct session_entry *entry)
{
	const char *name =
	    stssl_record_get(&entry->login, STSSL_KEY_STSSL_CLASS);

	if (!entry->is_decided ||
	    (entry->verdict != STSSL_VERDICT_REFUSE &&
		(entry->is_newcomer || entry->is_counted)))
		return;
	if (entry->verdict != STSSL_VERDICT_REFUSE)
		entry->is_counted = true;
	metrics_login(&registry->metrics, name == NULL ? METRICS_OTHERS : name,
	    entry->verdict);
}

const struct census *
registry_census(const struct registry *registry)
{
	return &registry->census;
}

struct session_entry *
registry_first(const struct registry *registry)
{
	return LIST_FIRST(&registry->sessions);
}

struct metrics *
registry_metrics(struct registry *registry)
{
	return &registry->metrics;
}

const struct session_entry *
registry_after(const struct registry *registry, uint64_t after)
{
	const struct session_entry key = { .session = after };

	return tree_after(&registry->by_session, &key, compare_sessions);
}

struct session_entry *
registry_find(const struct registry *registry, uint64_t session)
{
	const struct session_entry key = { .session = session };

	return entry_of(tfind(&key, &registry->by_session, compare_sessions));
}

struct session_entry *
registry_find_connection(
    const struct registry *registry, const struct stssl_connection *connection)
{
	const struct session_entry key = { .connection = *connection };

	return entry_of(
	    tfind(&key, &registry->by_connection, compare_connections));
}

const struct session_entry *
registry_find_source(
    const struct registry *registry, const struct stssl_connection *key)
{
	/* In front of all that come from there: none has port 0. */
	struct session_entry from = { .connection = { .netns = key->netns,
					  .peer = key->peer } };
	const struct session_entry *found;

	from.connection.peer.port = 0;
	found =
	    tree_after(&registry->by_connection, &from, compare_connections);
	return found != NULL && found->connection.netns == key->netns &&
		       stssl_address_same_ip(
			   &found->connection.peer, &key->peer)
		   ? found
		   : NULL;
}

/* Of one session only once, however often its record is published. */
static void
count_handshake(struct registry *registry, struct session_entry *entry)
{
	enum metrics_tls tls = metrics_tls_of(entry->text, entry->text_len);

	if (tls != entry->tls)
		registry->metrics.handshakes[tls]++;
	metrics_session(&registry->metrics, entry->listener, entry->tls, tls);
	entry->tls = tls;
}

int
registry_publish(struct registry *registry, struct session_entry *entry,
    const struct stssl_connection *connection, const char *text, size_t len)
{
	int r;

	registry_withdraw(registry, entry);
	entry->text = malloc(len);
	if (entry->text == NULL)
		return -ENOMEM;
	memcpy(entry->text, text, len);
	entry->text_len = len;
	entry->connection = *connection;

	count_handshake(registry, entry);
	r = make_known(registry, entry);
	if (r == -EADDRINUSE) {
		entry->record = RECORD_WAITING;
		registry->waiting++;
	} else if (r < 0) {
		drop_text(entry);
		return r;
	}
	return 0;
}

void
registry_withdraw(struct registry *registry, struct session_entry *entry)
{
	if (entry->record == RECORD_KNOWN)
		(void)tdelete(
		    entry, &registry->by_connection, compare_connections);
	else if (entry->record == RECORD_WAITING)
		registry->waiting--;
	entry->record = RECORD_NONE;
	drop_text(entry);
}

bool
registry_is_unsettled(const struct registry *registry)
{
	return registry->waiting > 0;
}

size_t
registry_settle(struct registry *registry)
{
	struct session_entry *e;
	size_t dropped = 0;

	LIST_FOREACH (e, &registry->sessions, link) {
		if (e->record != RECORD_WAITING)
			continue;
		if (make_known(registry, e) == 0) {
			registry->waiting--;
		} else {
			registry_withdraw(registry, e);
			dropped++;
		}
	}
	assert(registry->waiting == 0);
	return dropped;
}

bool
registry_source_of(const struct registry *registry, const void *owner,
    struct stssl_address *ret)
{
	const struct session_entry *e, *found = NULL;
	uint8_t first[16] = { 0 }, next[16] = { 0 };

	LIST_FOREACH (e, &registry->sessions, link) {
		if (e->owner != owner)
			continue;
		if (e->origin != ORIGIN_CLIENT)
			return false;
		client_source(&e->peer, found == NULL ? first : next);
		if (found != NULL && memcmp(first, next, sizeof first) != 0)
			return false;
		found = e;
	}
	if (found != NULL)
		*ret = found->peer;
	return found != NULL;
}

void
registry_remove(struct registry *registry, struct session_entry *entry)
{
	registry_withdraw(registry, entry);
	(void)tdelete(entry, &registry->by_session, compare_sessions);
	LIST_REMOVE(entry, link);
	census_leave(&registry->census, entry->listener, source_of(entry),
	    entry->is_newcomer);
	metrics_session(&registry->metrics, entry->listener, entry->tls, -1);
	stssl_record_done(&entry->login);
	proof_done(&entry->proof);
	sources_release_all(registry->sources, entry->sources);
	free(entry);
}

void
registry_remove_owner(struct registry *registry, const void *owner)
{
	struct session_entry *e = LIST_FIRST(&registry->sessions), *next;

	for (; e != NULL; e = next) {
		next = LIST_NEXT(e, link);
		if (e->owner == owner)
			registry_remove(registry, e);
	}
}
