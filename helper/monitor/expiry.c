/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Watches dates by the wall clock, and only logs them: what follows from a
 * certificate or list that is out of date is decided where it is used.
 */
#include <config.h>
#include "helper/monitor/expiry.h"

#include <stdbool.h>
#include <stdio.h>

#include "helper/base/log.h"
#include "helper/monitor/generation.h"
#include "helper/worker/tls/tls.h"
#include "status/quote.h"
#include "x509/inventory.h"
#include "x509/store.h"

#define SOON     (7 * 24 * 60 * 60)
#define DATE_MAX 32

/* Has it come after all was told at `since`, until `now`? */
static bool
has_come(time_t when, time_t since, time_t now)
{
	return since < when && when <= now;
}

/* Let *next be the first time after `now`; 0 is none. */
static void
take_earlier(time_t when, time_t now, time_t *next)
{
	if (when > now && (*next == 0 || when < *next))
		*next = when;
}

/* Certificates */

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

		if (since == 0 || has_come(x509_item_soon(item), since, now) ||
		    has_come(item->until, since, now))
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
		take_earlier(x509_item_soon(&items[i]), now, &next);
		take_earlier(items[i].until, now, &next);
	}
	return next;
}

/* Revocation lists */

static time_t
soon_of(const struct x509_list *list)
{
	time_t half = (list->next_update - list->this_update) / 2;

	return list->next_update - (half < SOON ? half : SOON);
}

static const char *
date(time_t when, char buf[static DATE_MAX])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(buf, DATE_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(buf, DATE_MAX, "?");
	return buf;
}

static void
say_list(
    const struct x509_store *store, const struct x509_list *list, time_t now)
{
	bool refuse = x509_store_stale(store) == X509_STALE_REFUSE;
	char issuer[STSSL_QUOTE_MAX], when[DATE_MAX];

	(void)stssl_quote(issuer, sizeof issuer, list->issuer);
	if (x509_list_is_fresh(list, now))
		log_warning("%s: list of %s: out of date from %s on",
		    list->file, issuer, date(list->next_update, when));
	else if (list->this_update > now)
		(refuse ? log_error : log_warning)(
		    "%s: list of %s: not valid before %s", list->file, issuer,
		    date(list->this_update, when));
	else
		(refuse ? log_error : log_warning)(
		    "%s: list of %s: out of date since %s: %s", list->file,
		    issuer, date(list->next_update, when),
		    refuse ? "this CA's certificates are refused"
			   : "used nevertheless (stale-crl = warn)");
}

void
expiry_log_lists(const struct x509_store *store, time_t since, time_t now)
{
	size_t count;
	const struct x509_list *lists = x509_store_lists(store, &count);

	for (size_t i = 0; i < count; i++)
		if (has_come(soon_of(&lists[i]), since, now) ||
		    has_come(lists[i].next_update, since, now) ||
		    (since == 0 && lists[i].this_update > now))
			say_list(store, &lists[i], now);
}

time_t
expiry_next_list(const struct x509_store *store, time_t now)
{
	size_t count;
	const struct x509_list *lists = x509_store_lists(store, &count);
	time_t next = 0;

	for (size_t i = 0; i < count; i++) {
		take_earlier(soon_of(&lists[i]), now, &next);
		take_earlier(lists[i].next_update, now, &next);
	}
	return next;
}

/* All of a generation */

static void
log_since(const struct generation *generation, time_t since, time_t now)
{
	const struct x509_store *store = tls_context_store(generation->tls);

	if (store != NULL)
		expiry_log_lists(store, since, now);
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
		take_earlier(expiry_next_list(store, now), now, &next);
	if (generation->inventory != NULL)
		take_earlier(
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
