/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of steps.
 */
#include <config.h>
#include "helper/monitor/renewal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "helper/keyholder/keyholder.h"
#include "helper/monitor/children/keyholders.h"
#include "helper/monitor/children/pool.h"

/* What a step returns, besides a negative errno. */
enum {
	DONE,
	GOES_ON, /* it is to be called again */
	WAITS,   /* the same, by renewal_go_on() */
};

static int
load(struct renewal *r, struct stssl_error *error)
{
	return generation_load_part(r->path, r->part++, &r->next, error);
}

/* Names that were resolved stay so until they are resolved again. */
static void
keep_addresses(const struct helper_config *from, struct helper_config *to)
{
	for (size_t i = 0; i < to->listener_count; i++) {
		const struct listen_config *a = &from->listeners[i];
		const struct listen_config *b = &to->listeners[i];

		if (a->passive_name != NULL && b->passive_name != NULL &&
		    strcmp(a->passive_name, b->passive_name) == 0)
			*b->passive_address = *a->passive_address;
	}
}

/* The keyholder first: keys that are not good are found here. */
static int
prepare_keys(struct renewal *r, struct stssl_error *error)
{
	struct monitor *m = r->monitor;
	int result = generation_check(m->generation, &r->next, error);

	if (result < 0)
		return result;
	keep_addresses(m->generation->config, r->next.config);
	ev_timer_set(&r->patience, KEYHOLDER_LOAD_SECONDS, 0.);
	ev_timer_start(m->loop, &r->patience);
	return keyholders_prepare(m->keyholders, &r->next, error);
}

static int
await_keys(struct renewal *r, struct stssl_error *error)
{
	int result =
	    keyholders_prepared(r->monitor->keyholders, r->is_late, error);

	return result == -EAGAIN ? WAITS : result;
}

/* One fork in each step: it copies the tables of all pages. */
static int
prepare_processes(struct renewal *r, struct stssl_error *error)
{
	int result = pools_prepare(r->monitor, &r->next);

	if (result < 0)
		(void)snprintf(error->text, sizeof error->text,
		    "cannot start a process: %s", strerror(-result));
	return result;
}

static int
change(struct renewal *r, struct stssl_error *error)
{
	struct monitor *m = r->monitor;
	/* It may have died meanwhile. */
	int result = keyholders_prepared(m->keyholders, true, error);

	if (result < 0)
		return result;
	keep_addresses(m->generation->config, r->next.config);
	r->old = *m->generation;
	*m->generation = r->next;
	r->next = (struct generation){ .config = NULL };
	monitor_renewed(m);
	return 0;
}

static int
clean(struct renewal *r, struct stssl_error *error)
{
	(void)error;
	generation_free(&r->old);
	r->old = (struct generation){ .config = NULL };
	return 0;
}

static int (*const steps[])(struct renewal *r, struct stssl_error *error) = {
	load,
	prepare_keys,
	await_keys,
	prepare_processes,
	change,
	clean,
};

#define STEPS (sizeof steps / sizeof steps[0])

static void
end(struct renewal *r, int result, const struct stssl_error *error)
{
	chore_remove(r->monitor->loop, &r->go);
	ev_timer_stop(r->monitor->loop, &r->patience);
	if (result < 0) {
		pools_abandon(r->monitor);
		keyholders_abandon(r->monitor->keyholders);
		generation_free(&r->next);
		r->next = (struct generation){ .config = NULL };
	}
	r->is_on = false;
	r->ended(r->owner, result, error);
}

static void
go(void *owner)
{
	struct renewal *r = owner;
	struct stssl_error error = { "" };
	int result = steps[r->step](r, &error);

	if (result == WAITS)
		return;
	if (result == DONE)
		r->step++;
	if (result < 0 || r->step == STEPS)
		end(r, result, &error);
	else
		renewal_go_on(r);
}

static void
on_patience(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct renewal *r = timer->data;

	(void)loop;
	(void)events;
	r->is_late = true;
	renewal_go_on(r);
}

void
renewal_init(struct renewal *r)
{
	r->go = (struct chore){ .run = go, .owner = r };
	ev_init(&r->patience, on_patience);
	r->patience.data = r;
}

void
renewal_begin(struct renewal *r)
{
	r->is_on = true;
	r->is_late = false;
	r->step = r->part = 0;
	renewal_go_on(r);
}

void
renewal_go_on(struct renewal *r)
{
	if (r->is_on)
		chore_add(r->monitor->loop, &r->go);
}

void
renewal_stop(struct renewal *r)
{
	if (r->is_on)
		pools_abandon(r->monitor);
}

void
renewal_done(struct renewal *r)
{
	chore_remove(r->monitor->loop, &r->go);
	ev_timer_stop(r->monitor->loop, &r->patience);
	generation_free(&r->next);
	generation_free(&r->old);
	r->is_on = false;
}
