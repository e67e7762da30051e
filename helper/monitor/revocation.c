/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the dates of revocation lists.  What a list out of date leads to is
 * decided where certificates are verified, not here.
 */
#include <config.h>
#include "helper/monitor/revocation.h"

#include <stdio.h>

#include "helper/base/log.h"
#include "helper/monitor/dates.h"
#include "status/quote.h"
#include "x509/store.h"

#define SOON     (7 * 24 * 60 * 60)
#define DATE_MAX 32

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
say(const struct x509_store *store, const struct x509_list *list, time_t now)
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
revocation_log(const struct x509_store *store, time_t since, time_t now)
{
	size_t count;
	const struct x509_list *lists = x509_store_lists(store, &count);

	for (size_t i = 0; i < count; i++)
		if (date_has_come(soon_of(&lists[i]), since, now) ||
		    date_has_come(lists[i].next_update, since, now) ||
		    (since == 0 && lists[i].this_update > now))
			say(store, &lists[i], now);
}

time_t
revocation_next(const struct x509_store *store, time_t now)
{
	size_t count;
	const struct x509_list *lists = x509_store_lists(store, &count);
	time_t next = 0;

	for (size_t i = 0; i < count; i++) {
		date_take_earlier(soon_of(&lists[i]), now, &next);
		date_take_earlier(lists[i].next_update, now, &next);
	}
	return next;
}
