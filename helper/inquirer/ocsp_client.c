/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Verifies what it is asked about, looks into what it knows, and asks the
 * responder.  It has no keys, and what it says can only be good, revoked or
 * unknown.
 */
#include <config.h>
#include "helper/inquirer/ocsp_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "helper/base/log.h"
#include "helper/inquirer/fetch.h"
#include "helper/inquirer/ocsp_cache.h"
#include "helper/inquirer/responders.h"
#include "status/quote.h"
#include "x509/inquiry.h"

/* Certificates that are asked about, and sessions that wait, at a time. */
#define EXCHANGES_MAX 1024
#define WAITING_MAX   16384

/* A session whose certificate is asked about. */
struct waiting {
	uint64_t session;
	SLIST_ENTRY(waiting) link;
};

/* One certificate, one responder, and the sessions that wait for it. */
struct exchange {
	struct ocsp_client *client;
	struct x509_inquiry *inquiry;
	char url[STSSL_URL_MAX + 1];
	struct fetch *fetch;
	struct ev_timer deadline;
	SLIST_HEAD(waiting_list, waiting) waiting;
	LIST_ENTRY(exchange) link;
};

struct ocsp_client {
	struct ev_loop *loop;
	const struct helper_config *config;
	const struct x509_store *store;
	void (*found)(void *owner, uint64_t session, enum x509_ocsp found);
	void *owner;
	struct fetcher *fetcher;
	struct ocsp_cache cache;
	struct responders responders;
	LIST_HEAD(exchange_list, exchange) exchanges;
	size_t exchange_count, waiting_count;
};

static time_t
now_monotonic(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Answers */

/* Once for a responder and minute, not once for a client. */
static void
complain(struct ocsp_client *c, const char *url, const char *why)
{
	char quoted[STSSL_QUOTE_MAX];

	if (!responders_complain(&c->responders, url, now_monotonic()))
		return;
	log_warning("ocsp responder %s: %s: certificates %s",
	    stssl_quote(quoted, sizeof quoted, url), why,
	    c->config->tls.ocsp == OCSP_HARD
		? "are refused (ocsp = hard)"
		: "are good all the same (ocsp = soft)");
}

/* Everything of an exchange but its answer. */
static void
exchange_free(struct exchange *x)
{
	struct ocsp_client *c = x->client;
	struct waiting *w;

	ev_timer_stop(c->loop, &x->deadline);
	x->fetch = fetch_cancel(x->fetch);
	LIST_REMOVE(x, link);
	c->exchange_count--;
	while ((w = SLIST_FIRST(&x->waiting)) != NULL) {
		SLIST_REMOVE_HEAD(&x->waiting, link);
		c->waiting_count--;
		free(w);
	}
	x->inquiry = x509_inquiry_free(x->inquiry);
	free(x);
}

static void
settle(struct exchange *x, enum x509_ocsp found)
{
	const struct waiting *w;

	SLIST_FOREACH (w, &x->waiting, link)
		x->client->found(x->client->owner, w->session, found);
	exchange_free(x);
}

static void
fail(struct exchange *x, const char *why)
{
	responders_failed(&x->client->responders, x->url, now_monotonic());
	complain(x->client, x->url, why);
	settle(x, X509_OCSP_UNKNOWN);
}

static void
on_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	fail(timer->data, "no answer in time");
}

static void
on_done(void *owner, const unsigned char *body, size_t len, const char *why)
{
	struct exchange *x = owner;
	struct ocsp_client *c = x->client;
	struct x509_finding finding;

	/* The fetch is over by itself. */
	x->fetch = NULL;
	if (body == NULL) {
		fail(x, why);
		return;
	}
	finding =
	    x509_inquiry_read(x->inquiry, c->store, body, len, time(NULL));
	if (finding.found == X509_OCSP_UNKNOWN)
		complain(c, x->url, finding.why);
	else
		ocsp_cache_keep(
		    &c->cache, x509_inquiry_id(x->inquiry), &finding);
	settle(x, finding.found);
}

/* Questions */

static struct exchange *
find_exchange(const struct ocsp_client *c, const struct x509_ocsp_id *id)
{
	struct exchange *x;

	LIST_FOREACH (x, &c->exchanges, link)
		if (memcmp(x509_inquiry_id(x->inquiry), id, sizeof *id) == 0)
			return x;
	return NULL;
}

/* Returns 0, -ENOMEM or -EAGAIN. */
static int
join(struct exchange *x, uint64_t session)
{
	struct waiting *w;

	if (x->client->waiting_count == WAITING_MAX)
		return -EAGAIN;
	w = malloc(sizeof *w);
	if (w == NULL)
		return -ENOMEM;
	w->session = session;
	SLIST_INSERT_HEAD(&x->waiting, w, link);
	x->client->waiting_count++;
	return 0;
}

/* False when there is no responder, or none that could be asked now. */
static bool
choose_responder(struct ocsp_client *c, const struct x509_inquiry *inquiry,
    char ret[static STSSL_URL_MAX + 1])
{
	const char *ours = c->config->tls.ocsp_responder;

	if (ours != NULL) {
		(void)snprintf(ret, STSSL_URL_MAX + 1, "%s", ours);
	} else if (!x509_inquiry_url(inquiry, ret)) {
		complain(c, "", "a certificate names none");
		return false;
	}
	return !responders_rest(&c->responders, ret, now_monotonic());
}

/* Returns 0 or -ENOMEM. */
static int
send_request(struct exchange *x)
{
	struct fetch_params params = { .url = x->url,
		.type = "application/ocsp-request",
		.accepted_type = "application/ocsp-response",
		.done = on_done,
		.owner = x };
	unsigned char *body;
	int r = x509_inquiry_request(x->inquiry, &body, &params.len);

	if (r < 0)
		return r;
	params.body = body;
	x->fetch = fetch_post(x->client->fetcher, &params);
	free(body);
	return x->fetch == NULL ? -ENOMEM : 0;
}

/* The inquiry becomes the exchange's, unless there is none: NULL. */
static struct exchange *
exchange_new(
    struct ocsp_client *c, struct x509_inquiry *inquiry, const char *url)
{
	struct exchange *x = calloc(1, sizeof *x);

	if (x == NULL)
		return NULL;
	x->client = c;
	x->inquiry = inquiry;
	memcpy(x->url, url, strlen(url) + 1);
	SLIST_INIT(&x->waiting);
	ev_timer_init(
	    &x->deadline, on_deadline, c->config->tls.ocsp_seconds, 0.);
	x->deadline.data = x;
	ev_timer_start(c->loop, &x->deadline);
	LIST_INSERT_HEAD(&c->exchanges, x, link);
	c->exchange_count++;
	return x;
}

/* Takes the inquiry.  Returns 0, or below it when nobody will be asked. */
static int
begin_exchange(
    struct ocsp_client *c, struct x509_inquiry *inquiry, uint64_t session)
{
	char url[STSSL_URL_MAX + 1];
	struct exchange *x = NULL;
	int r;

	if (c->exchange_count < EXCHANGES_MAX &&
	    choose_responder(c, inquiry, url))
		x = exchange_new(c, inquiry, url);
	if (x == NULL) {
		(void)x509_inquiry_free(inquiry);
		return -EAGAIN;
	}
	r = join(x, session);
	if (r == 0)
		r = send_request(x);
	if (r < 0)
		exchange_free(x);
	return r;
}

/* Takes the inquiry. */
static void
answer(struct ocsp_client *c, struct x509_inquiry *inquiry, uint64_t session)
{
	const struct x509_ocsp_id *id = x509_inquiry_id(inquiry);
	enum x509_ocsp found = ocsp_cache_find(&c->cache, id, time(NULL));
	struct exchange *x = find_exchange(c, id);
	int r = 0;

	if (found == X509_OCSP_UNKNOWN && x == NULL) {
		r = begin_exchange(c, inquiry, session);
		inquiry = NULL;
	} else if (found == X509_OCSP_UNKNOWN) {
		r = join(x, session);
	}
	if (found != X509_OCSP_UNKNOWN || r < 0)
		c->found(c->owner, session, found);
	(void)x509_inquiry_free(inquiry);
}

void
ocsp_client_ask(
    struct ocsp_client *c, uint64_t session, const void *der, size_t len)
{
	struct x509_inquiry *inquiry;
	int r = x509_inquiry_new(c->store, der, len, time(NULL), &inquiry);

	if (r < 0) {
		/* It verified in the worker a moment ago. */
		log_warning("session=%" PRIx64 ": not the chain of a good "
			    "certificate",
		    session);
		c->found(c->owner, session, X509_OCSP_UNKNOWN);
	} else {
		answer(c, inquiry, session);
	}
}

struct ocsp_client *
ocsp_client_new(struct ev_loop *loop, const struct helper_config *config,
    const struct x509_store *store,
    void (*found)(void *owner, uint64_t session, enum x509_ocsp found),
    void *owner)
{
	struct ocsp_client *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->loop = loop;
	c->config = config;
	c->store = store;
	c->found = found;
	c->owner = owner;
	LIST_INIT(&c->exchanges);
	c->fetcher = fetcher_new(loop);
	return c->fetcher == NULL ? ocsp_client_free(c) : c;
}

struct ocsp_client *
ocsp_client_free(struct ocsp_client *c)
{
	struct exchange *x;

	if (c == NULL)
		return NULL;
	while ((x = LIST_FIRST(&c->exchanges)) != NULL)
		exchange_free(x);
	ocsp_cache_done(&c->cache);
	c->fetcher = fetcher_free(c->fetcher);
	free(c);
	return NULL;
}
