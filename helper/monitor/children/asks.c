/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A list with a timer in each element; what a question means is advisors.c's.
 * Its length is bounded there, so a walk along it is cheap.
 */
#include <config.h>
#include "helper/monitor/children/asks.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/source.h"
#include "helper/monitor/registry/census.h"

static void
on_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pending *p = timer->data;

	(void)loop;
	(void)events;
	p->asks->expired(p);
}

/* The one that others of this source share, or a new one; NULL: no memory. */
static struct asking *
source_of(const struct asks *asks, const struct stssl_address *peer)
{
	struct asking *source;
	uint8_t ip[16];

	client_source(peer, ip);
	for (const struct pending *p = asks->first; p != NULL; p = p->next)
		if (memcmp(p->source->ip, ip, sizeof ip) == 0)
			return p->source;
	source = calloc(1, sizeof *source);
	if (source != NULL)
		memcpy(source->ip, ip, sizeof source->ip);
	return source;
}

struct pending *
asks_add(struct asks *asks, const void *worker,
    const struct stssl_address *peer, const struct message_ask *ask,
    ev_tstamp patience)
{
	struct pending *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->source = source_of(asks, peer);
	if (p->source == NULL) {
		free(p);
		return NULL;
	}
	p->source->waiting++;
	p->asks = asks;
	p->peer = *peer;
	p->worker = worker;
	p->ask = *ask;
	p->prev = asks->last;
	*(p->prev != NULL ? &p->prev->next : &asks->first) = p;
	asks->last = p;
	asks->count++;
	ev_timer_init(&p->deadline, on_deadline, patience, 0);
	p->deadline.data = p;
	ev_timer_start(asks->loop, &p->deadline);
	return p;
}

void
asks_start(struct pending *p, struct child *advisor)
{
	p->advisor = advisor;
	p->source->waiting--;
	p->source->running++;
}

/* The source is forgotten with its last question. */
static void
leave_source(struct pending *p)
{
	struct asking *source = p->source;

	if (p->advisor == NULL)
		source->waiting--;
	else
		source->running--;
	if (source->waiting + source->running == 0)
		free(source);
}

void
asks_remove(struct pending *p)
{
	struct asks *asks = p->asks;

	ev_timer_stop(asks->loop, &p->deadline);
	leave_source(p);
	*(p->prev != NULL ? &p->prev->next : &asks->first) = p->next;
	*(p->next != NULL ? &p->next->prev : &asks->last) = p->prev;
	asks->count--;
	free(p);
}

struct pending *
asks_next(const struct asks *asks, size_t share)
{
	struct pending *best = NULL;

	for (struct pending *p = asks->first; p != NULL; p = p->next)
		if (p->advisor == NULL && p->source->running < share &&
		    (best == NULL ||
			p->source->running < best->source->running))
			best = p;
	return best;
}

struct pending *
asks_least(const struct asks *asks)
{
	struct pending *least = NULL;

	for (struct pending *p = asks->last; p != NULL; p = p->prev)
		if (p->advisor == NULL &&
		    (least == NULL ||
			p->source->waiting > least->source->waiting))
			least = p;
	return least;
}

struct pending *
asks_find_advisor(const struct asks *asks, const struct child *advisor)
{
	struct pending *p = asks->first;

	while (p != NULL && p->advisor != advisor)
		p = p->next;
	return p;
}

struct pending *
asks_find_session(const struct asks *asks, uint64_t session)
{
	struct pending *p = asks->first;

	while (p != NULL && (p->worker == NULL || p->ask.session != session))
		p = p->next;
	return p;
}
