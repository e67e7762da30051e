/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Watches dates by the wall clock.  What a certificate or list out of date leads
 * to is decided where it is used, not here.
 */
#include <config.h>
#include "helper/monitor/expiry.h"

#include "helper/base/log.h"
#include "helper/monitor/dates.h"
#include "helper/monitor/generation.h"
#include "helper/monitor/revocation.h"
#include "helper/worker/tls/tls.h"
#include "x509/inventory.h"

static void
say(const struct x509_item *item, enum x509_level level, const char *text)
{
	if (level == X509_LEVEL_ERROR)
		log_error("%s: %s", item->file, text);
	else if (level == X509_LEVEL_WARNING)
		log_warning("%s: %s", item->file, text);
}

void
expiry_log(const struct x509_inventory *inventory, time_t since, time_t now)
{
	char text[X509_SAYING_MAX];
	size_t count;
	const struct x509_item *items = x509_inventory_items(inventory, &count);

	for (size_t i = 0; i < count; i++) {
		const struct x509_item *item = &items[i];

		if (since == 0 ||
		    date_has_come(x509_item_soon(item), since, now) ||
		    date_has_come(item->until, since, now))
			say(item, x509_item_dates(item, now, text), text);
		if (since == 0)
			say(item, x509_item_chain(item, text), text);
	}
}

time_t
expiry_next(const struct x509_inventory *inventory, time_t now)
{
	size_t count;
	const struct x509_item *items = x509_inventory_items(inventory, &count);
	time_t next = 0;

	for (size_t i = 0; i < count; i++) {
		date_take_earlier(x509_item_soon(&items[i]), now, &next);
		date_take_earlier(items[i].until, now, &next);
	}
	return next;
}

static void
log_since(const struct generation *generation, time_t since, time_t now)
{
	const struct x509_store *store = tls_context_store(generation->tls);

	if (store != NULL)
		revocation_log(store, since, now);
	if (generation->inventory != NULL)
		expiry_log(generation->inventory, since, now);
}

void
expiry_log_all(const struct generation *generation)
{
	log_since(generation, 0, time(NULL));
}

static time_t
next_of(const struct generation *generation, time_t now)
{
	const struct x509_store *store = tls_context_store(generation->tls);
	time_t next = 0;

	if (store != NULL)
		date_take_earlier(revocation_next(store, now), now, &next);
	if (generation->inventory != NULL)
		date_take_earlier(
		    expiry_next(generation->inventory, now), now, &next);
	return next;
}

static void
on_due(struct ev_loop *loop, struct ev_periodic *due, int events)
{
	/* It is the watch's first member. */
	struct expiry *watch = (struct expiry *)due;
	time_t now = time(NULL), next;

	(void)events;
	log_since(watch->generation, watch->said, now);
	watch->said = now;
	next = next_of(watch->generation, now);
	ev_periodic_stop(loop, due);
	if (next == 0)
		return;
	ev_periodic_set(due, (ev_tstamp)next, 0., NULL);
	ev_periodic_start(loop, due);
}

void
expiry_start(struct expiry *watch, struct ev_loop *loop,
    const struct generation *generation)
{
	watch->generation = generation;
	watch->said = 0;
	ev_periodic_init(&watch->due, on_due, 0., 0., NULL);
	on_due(loop, &watch->due, 0);
}

void
expiry_stop(struct expiry *watch, struct ev_loop *loop)
{
	if (watch->generation != NULL)
		ev_periodic_stop(loop, &watch->due);
	watch->generation = NULL;
}
