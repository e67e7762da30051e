/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds sessions.  Those of an owner that is gone are not found.
 */
#include <config.h>
#include <search.h>

#include "helper/monitor/registry/registry.h"
#include "helper/monitor/registry/registry_inside.h"
#include "helper/monitor/registry/tree.h"

int
registry_compare_sessions(const void *a, const void *b)
{
	const struct session_entry *x = a, *y = b;

	return x->session < y->session ? -1 : x->session > y->session;
}

int
registry_compare_connections(const void *a, const void *b)
{
	const struct session_entry *x = a, *y = b;

	return stssl_connection_compare(&x->connection, &y->connection);
}

struct session_entry *
registry_entry_of(void *node)
{
	return node == NULL ? NULL : *(struct session_entry **)node;
}

bool
registry_is_gone(const struct session_entry *entry)
{
	return entry->of->owner == NULL;
}

/* NULL, too, when its owner is gone. */
static struct session_entry *
live(struct session_entry *entry)
{
	return entry == NULL || registry_is_gone(entry) ? NULL : entry;
}

struct session_entry *
registry_next(const struct registry *registry, const struct session_entry *e)
{
	const struct session_owner *of;

	if (e != NULL && LIST_NEXT(e, link) != NULL)
		return LIST_NEXT(e, link);
	/* No owner is without sessions. */
	of = e == NULL ? LIST_FIRST(&registry->owners) : LIST_NEXT(e->of, link);
	return of == NULL ? NULL : LIST_FIRST(&of->sessions);
}

/* Also of an owner that is gone. */
static const struct session_entry *
any_after(const struct registry *registry, uint64_t after)
{
	const struct session_entry key = { .session = after };

	return tree_after(
	    &registry->by_session, &key, registry_compare_sessions);
}

const struct session_entry *
registry_after(const struct registry *registry, uint64_t after)
{
	const struct session_entry *found = any_after(registry, after);

	while (found != NULL && registry_is_gone(found))
		found = any_after(registry, found->session);
	return found;
}

uint64_t
registry_number_after(const struct registry *registry, uint64_t after)
{
	const struct session_entry *found = any_after(registry, after);

	return found == NULL ? 0 : found->session;
}

struct session_entry *
registry_find(const struct registry *registry, uint64_t session)
{
	const struct session_entry key = { .session = session };

	return live(registry_entry_of(
	    tfind(&key, &registry->by_session, registry_compare_sessions)));
}

struct session_entry *
registry_find_connection(
    const struct registry *registry, const struct stssl_connection *connection)
{
	const struct session_entry key = { .connection = *connection };

	return live(registry_entry_of(tfind(
	    &key, &registry->by_connection, registry_compare_connections)));
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
	do {
		found = tree_after(&registry->by_connection, &from,
		    registry_compare_connections);
		if (found == NULL || found->connection.netns != key->netns ||
		    !stssl_address_same_ip(&found->connection.peer, &key->peer))
			return NULL;
		from.connection = found->connection;
	} while (registry_is_gone(found));
	return found;
}
