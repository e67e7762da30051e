/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A list with a timer in each element; what a question means is advisors.c's.
 * Its length is bounded there, so a walk along it is cheap.
 */
#include <config.h>
#include "helper/monitor/children/questions.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/source.h"

void
questions_init(struct questions *all, struct ev_loop *loop,
    void (*expired)(struct pending *p), void *owner)
{
	*all = (struct questions){
		.loop = loop, .expired = expired, .owner = owner
	};
	TAILQ_INIT(&all->list);
}

static void
on_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pending *p = timer->data;

	(void)loop;
	(void)events;
	p->all->expired(p);
}

/* The one that others of this source share, or a new one; NULL: no memory. */
static struct asker *
source_of(const struct questions *all, const struct stssl_address *peer)
{
	const struct pending *p;
	struct asker *source;
	uint8_t ip[16];

	client_source(peer, ip);
	TAILQ_FOREACH (p, &all->list, entry)
		if (memcmp(p->source->ip, ip, sizeof ip) == 0)
			return p->source;
	source = calloc(1, sizeof *source);
	if (source != NULL)
		memcpy(source->ip, ip, sizeof source->ip);
	return source;
}

struct pending *
questions_add(struct questions *all, const void *worker,
    const struct stssl_address *peer, const struct message_ask *ask,
    ev_tstamp patience)
{
	struct pending *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->source = source_of(all, peer);
	if (p->source == NULL) {
		free(p);
		return NULL;
	}
	p->source->waiting++;
	p->all = all;
	p->peer = *peer;
	p->worker = worker;
	p->ask = *ask;
	TAILQ_INSERT_TAIL(&all->list, p, entry);
	all->count++;
	ev_timer_init(&p->deadline, on_deadline, patience, 0);
	p->deadline.data = p;
	ev_timer_start(all->loop, &p->deadline);
	return p;
}

void
questions_start(struct pending *p, struct child *advisor)
{
	p->advisor = advisor;
	p->source->waiting--;
	p->source->running++;
}

/* The source is forgotten with its last question. */
static void
leave_source(struct pending *p)
{
	struct asker *source = p->source;

	if (p->advisor == NULL)
		source->waiting--;
	else
		source->running--;
	if (source->waiting + source->running == 0)
		free(source);
}

void
questions_remove(struct pending *p)
{
	ev_timer_stop(p->all->loop, &p->deadline);
	leave_source(p);
	TAILQ_REMOVE(&p->all->list, p, entry);
	p->all->count--;
	free(p);
}

struct pending *
questions_next(const struct questions *all, size_t share)
{
	struct pending *best = NULL, *p;

	TAILQ_FOREACH (p, &all->list, entry)
		if (p->advisor == NULL && p->source->running < share &&
		    (best == NULL ||
			p->source->running < best->source->running))
			best = p;
	return best;
}

struct pending *
questions_least(const struct questions *all)
{
	struct pending *least = NULL, *p;

	TAILQ_FOREACH (p, &all->list, entry)
		if (p->advisor == NULL &&
		    (least == NULL ||
			p->source->waiting >= least->source->waiting))
			least = p;
	return least;
}

struct pending *
questions_of_advisor(const struct questions *all, const struct child *advisor)
{
	struct pending *p;

	TAILQ_FOREACH (p, &all->list, entry)
		if (p->advisor == advisor)
			break;
	return p;
}

struct pending *
questions_of_session(const struct questions *all, uint64_t session)
{
	struct pending *p;

	TAILQ_FOREACH (p, &all->list, entry)
		if (p->worker != NULL && p->ask.session == session)
			break;
	return p;
}
