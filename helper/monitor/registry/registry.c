/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two search trees over the same sessions, and a list of each owner's.  An
 * entry is in the tree of connections exactly while its record is RECORD_KNOWN,
 * also when its owner is gone, until it is swept.
 */
#include <config.h>
#include "helper/monitor/registry/registry.h"

#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "helper/monitor/registry/registry_inside.h"
#include "helper/monitor/registry/sources.h"
#include "status/address.h"
#include "status/clock.h"

static void
drop_text(struct session_entry *entry)
{
	free(entry->text);
	entry->text = NULL;
	entry->text_len = 0;
}

/* Who has its connection now; NULL when out of memory. */
static struct session_entry *
hold(struct registry *registry, struct session_entry *entry)
{
	return registry_entry_of(tsearch(
	    entry, &registry->by_connection, registry_compare_connections));
}

/* Answer with the record of `entry`, if nobody else has its connection. */
static int
make_known(struct registry *registry, struct session_entry *entry)
{
	struct session_entry *holder = hold(registry, entry);

	if (holder != NULL && registry_is_gone(holder)) {
		registry_remove(registry, holder);
		holder = hold(registry, entry);
	}
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
	while (!LIST_EMPTY(&registry->owners))
		registry_remove_owner(
		    registry, LIST_FIRST(&registry->owners)->owner);
	(void)registry_sweep(registry, UINT_MAX);
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
	struct session_owner *of = registry_get_owner(registry, owner);
	int r = -ENOMEM;

	if (entry == NULL || of == NULL ||
	    metrics_listener(&registry->metrics, listener) == NULL)
		goto fail;
	entry->session = session;
	entry->of = of;
	entry->listener = listener;
	entry->peer = *peer;
	entry->is_newcomer = true;
	entry->since_ms = stssl_now_ms();
	found = registry_entry_of(
	    tsearch(entry, &registry->by_session, registry_compare_sessions));
	if (found != entry) {
		r = found == NULL ? -ENOMEM : -EEXIST;
		goto fail;
	}
	if (census_enter(&registry->census, listener, peer) < 0) {
		(void)tdelete(
		    entry, &registry->by_session, registry_compare_sessions);
		goto fail;
	}

	registry->metrics.accepted++;
	metrics_session(&registry->metrics, listener, -1, entry->tls);
	LIST_INSERT_HEAD(&of->sessions, entry, link);
	return 0;
fail:
	free(entry);
	if (of != NULL)
		registry_put_owner(registry, of);
	return r;
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

struct metrics *
registry_metrics(struct registry *registry)
{
	return &registry->metrics;
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

static int
let_wait(struct registry *registry, struct session_entry *entry)
{
	if (tsearch(entry, &registry->waiting, registry_compare_sessions) ==
	    NULL)
		return -ENOMEM;
	entry->record = RECORD_WAITING;
	entry->waits++;
	return 0;
}

static void
wait_no_more(struct registry *registry, struct session_entry *entry)
{
	(void)tdelete(entry, &registry->waiting, registry_compare_sessions);
	entry->record = RECORD_NONE;
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
	entry->is_disputed = false;

	count_handshake(registry, entry);
	r = make_known(registry, entry);
	if (r == -EADDRINUSE)
		r = let_wait(registry, entry);
	if (r < 0)
		drop_text(entry);
	return r;
}

void
registry_withdraw(struct registry *registry, struct session_entry *entry)
{
	if (entry->record == RECORD_KNOWN)
		(void)tdelete(entry, &registry->by_connection,
		    registry_compare_connections);
	else if (entry->record == RECORD_WAITING)
		wait_no_more(registry, entry);
	entry->record = RECORD_NONE;
	drop_text(entry);
}

bool
registry_is_unsettled(const struct registry *registry)
{
	return registry->waiting != NULL;
}

/*
 * One of the two has the connection, and the other one lies, or has not read
 * yet that it has lost it.
 */
static void
dispute(struct registry *registry, const struct session_entry *entry)
{
	struct session_entry *holder =
	    registry_find_connection(registry, &entry->connection);

	if (holder != NULL)
		holder->is_disputed = true;
}

size_t
registry_settle(struct registry *registry)
{
	struct session_entry *e;
	size_t dropped = 0;

	/* The root is as good as any. */
	while ((e = registry_entry_of(registry->waiting)) != NULL) {
		wait_no_more(registry, e);
		if (make_known(registry, e) < 0) {
			dispute(registry, e);
			drop_text(e);
			dropped++;
		}
	}
	return dropped;
}

void
registry_remove(struct registry *registry, struct session_entry *entry)
{
	registry_withdraw(registry, entry);
	(void)tdelete(entry, &registry->by_session, registry_compare_sessions);
	LIST_REMOVE(entry, link);
	registry_put_owner(registry, entry->of);
	census_leave(&registry->census, entry->listener, source_of(entry),
	    entry->is_newcomer);
	metrics_session(&registry->metrics, entry->listener, entry->tls, -1);
	stssl_record_done(&entry->login);
	proof_done(&entry->proof);
	sources_release_all(registry->sources, entry->sources);
	free(entry);
}
