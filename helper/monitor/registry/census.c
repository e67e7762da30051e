/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One search tree of counters.  A session is counted in two of them: its
 * listener's, and the one of its address at this listener.
 */
#include <config.h>
#include "helper/monitor/registry/census.h"

#include <assert.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/source.h"

struct key {
	uint32_t listener;
	bool whole; /* the listener's; `ip` is zero */
	uint8_t ip[16];
};

struct counter {
	struct key key;
	struct census_count count;
};

static int
compare(const void *a, const void *b)
{
	const struct key *x = &((const struct counter *)a)->key;
	const struct key *y = &((const struct counter *)b)->key;

	if (x->listener != y->listener)
		return x->listener < y->listener ? -1 : 1;
	if (x->whole != y->whole)
		return x->whole ? -1 : 1;
	return memcmp(x->ip, y->ip, sizeof x->ip);
}

static struct counter
counter_for(uint32_t listener, const struct stssl_address *peer)
{
	struct counter c = { .key = { .listener = listener,
				 .whole = peer == NULL } };

	if (peer != NULL)
		client_source(peer, c.key.ip);
	return c;
}

static struct counter *
find(const struct census *census, uint32_t listener,
    const struct stssl_address *peer)
{
	const struct counter key = counter_for(listener, peer);
	void *node = tfind(&key, &census->counts, compare);

	return node == NULL ? NULL : *(struct counter **)node;
}

/* The counter, made when it is not there yet; NULL when out of memory. */
static struct counter *
find_or_add(
    struct census *census, uint32_t listener, const struct stssl_address *peer)
{
	struct counter *c = find(census, listener, peer);

	if (c != NULL)
		return c;
	c = malloc(sizeof *c);
	if (c == NULL)
		return NULL;
	*c = counter_for(listener, peer);
	if (tsearch(c, &census->counts, compare) == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

/* A counter that counts nobody is not kept. */
static void
drop_empty(struct census *census, struct counter *c)
{
	if (c == NULL || c->count.sessions > 0)
		return;
	(void)tdelete(c, &census->counts, compare);
	free(c);
}

int
census_enter(
    struct census *census, uint32_t listener, const struct stssl_address *peer)
{
	struct counter *all = find_or_add(census, listener, NULL);
	struct counter *same = find_or_add(census, listener, peer);

	if (all == NULL || same == NULL) {
		drop_empty(census, all);
		drop_empty(census, same);
		return -ENOMEM;
	}
	all->count.sessions++;
	all->count.newcomers++;
	same->count.sessions++;
	same->count.newcomers++;
	return 0;
}

static void
leave(struct census *census, struct counter *c, bool newcomer)
{
	assert(c != NULL && c->count.sessions > 0);
	c->count.sessions--;
	c->count.newcomers -= newcomer;
	drop_empty(census, c);
}

void
census_welcome(
    struct census *census, uint32_t listener, const struct stssl_address *peer)
{
	struct counter *all = find(census, listener, NULL);
	struct counter *same = find(census, listener, peer);

	assert(all != NULL && same != NULL && same->count.newcomers > 0);
	all->count.newcomers--;
	if (same != all)
		same->count.newcomers--;
}

void
census_leave(struct census *census, uint32_t listener,
    const struct stssl_address *peer, bool newcomer)
{
	leave(census, find(census, listener, NULL), newcomer);
	if (peer != NULL)
		census_detach(census, listener, peer, newcomer);
}

void
census_detach(struct census *census, uint32_t listener,
    const struct stssl_address *peer, bool newcomer)
{
	leave(census, find(census, listener, peer), newcomer);
}

int
census_attach(struct census *census, uint32_t listener,
    const struct stssl_address *peer, bool newcomer)
{
	struct counter *same = find_or_add(census, listener, peer);

	if (same == NULL)
		return -ENOMEM;
	same->count.sessions++;
	same->count.newcomers += newcomer;
	return 0;
}

struct census_count
census_of(const struct census *census, uint32_t listener,
    const struct stssl_address *peer)
{
	const struct counter *c = find(census, listener, peer);

	return c == NULL ? (struct census_count){ 0, 0 } : c->count;
}
