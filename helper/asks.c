/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A list with a timer in each element; what a question means is advisors.c's.
 */
#include <config.h>
#include "helper/asks.h"

#include <stdlib.h>

static void
on_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct pending *p = timer->data;

	(void)loop;
	(void)events;
	p->asks->expired(p);
}

struct pending *
asks_add(struct asks *asks, const void *worker, const struct message_ask *ask,
    ev_tstamp patience)
{
	struct pending *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->asks = asks;
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
asks_remove(struct pending *p)
{
	struct asks *asks = p->asks;

	ev_timer_stop(asks->loop, &p->deadline);
	*(p->prev != NULL ? &p->prev->next : &asks->first) = p->next;
	*(p->next != NULL ? &p->next->prev : &asks->last) = p->prev;
	asks->count--;
	free(p);
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
