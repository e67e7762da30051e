/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whose sessions they are.  Thousands go at once when a worker crashes: from
 * that moment they are not found, and then they are removed bit by bit.
 */
#include <config.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/source.h"
#include "helper/monitor/registry/registry.h"
#include "helper/monitor/registry/registry_inside.h"

static int
compare_owners(const void *a, const void *b)
{
	const struct session_owner *x = a, *y = b;
	const uintptr_t m = (uintptr_t)x->owner, n = (uintptr_t)y->owner;

	return m < n ? -1 : m > n;
}

/* tsearch() and tfind() return a pointer to our pointer. */
static struct session_owner *
owner_of(void *node)
{
	return node == NULL ? NULL : *(struct session_owner **)node;
}

static struct session_owner *
find_owner(const struct registry *registry, const void *owner)
{
	const struct session_owner key = { .owner = owner };

	return owner_of(tfind(&key, &registry->by_owner, compare_owners));
}

struct session_owner *
registry_get_owner(struct registry *registry, const void *owner)
{
	struct session_owner *of = find_owner(registry, owner);

	if (of != NULL)
		return of;
	of = calloc(1, sizeof *of);
	if (of == NULL)
		return NULL;
	of->owner = owner;
	LIST_INIT(&of->sessions);
	if (tsearch(of, &registry->by_owner, compare_owners) == NULL) {
		free(of);
		return NULL;
	}
	LIST_INSERT_HEAD(&registry->owners, of, link);
	return of;
}

void
registry_put_owner(struct registry *registry, struct session_owner *of)
{
	if (!LIST_EMPTY(&of->sessions))
		return;
	if (of->owner != NULL)
		(void)tdelete(of, &registry->by_owner, compare_owners);
	LIST_REMOVE(of, link);
	free(of);
}

bool
registry_source_of(const struct registry *registry, const void *owner,
    struct stssl_address *ret)
{
	const struct session_owner *of = find_owner(registry, owner);
	const struct session_entry *e, *found = NULL;
	uint8_t first[16] = { 0 }, next[16] = { 0 };

	if (of == NULL)
		return false;
	LIST_FOREACH (e, &of->sessions, link) {
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
registry_remove_owner(struct registry *registry, const void *owner)
{
	struct session_owner *of = find_owner(registry, owner);
	struct session_entry *e;

	if (of == NULL)
		return;
	/* None waits for its turn any more. */
	for (e = LIST_FIRST(&of->sessions);
	     e != NULL && registry_is_unsettled(registry);
	     e = LIST_NEXT(e, link))
		if (e->record == RECORD_WAITING)
			registry_withdraw(registry, e);
	(void)tdelete(of, &registry->by_owner, compare_owners);
	LIST_REMOVE(of, link);
	of->owner = NULL;
	LIST_INSERT_HEAD(&registry->gone, of, link);
}

bool
registry_sweep(struct registry *registry, unsigned most)
{
	struct session_owner *of;

	while (most-- > 0 && (of = LIST_FIRST(&registry->gone)) != NULL)
		registry_remove(registry, LIST_FIRST(&of->sessions));
	return !LIST_EMPTY(&registry->gone);
}

bool
registry_has_gone(const struct registry *registry)
{
	return !LIST_EMPTY(&registry->gone);
}
