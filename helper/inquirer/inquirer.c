/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Verifies what it is asked about, looks into what it knows, and asks the
 * responder; who asks about the same certificate meanwhile waits along.  It
 * has no keys, and what it says can only be good, revoked or unknown.
 */
#include <config.h>
#include "helper/inquirer/inquirer.h"

#include <errno.h>
#include <ev.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/inquirer/fetch.h"
#include "helper/inquirer/findings.h"
#include "helper/inquirer/responders.h"
#include "status/quote.h"
#include "x509/ocsp.h"

/* Certificates that are asked about, and sessions that wait, at a time. */
#define EXCHANGES_MAX 1024
#define WAITING_MAX   16384

/* A session whose certificate is asked about. */
struct waiting {
	uint64_t session;
	struct waiting *next;
};

struct inquirer;

/* One certificate, one responder, and who waits for it. */
struct exchange {
	struct inquirer *inquirer;
	struct x509_inquiry *inquiry;
	char url[STSSL_URL_MAX + 1];
	struct fetch *fetch;
	struct ev_timer deadline;
	struct waiting *waiting;
	struct exchange *prev, *next;
};

struct inquirer {
	struct ev_loop *loop;
	const struct helper_config *config;
	const struct x509_store *store;
	int channel;
	struct ev_io watcher;
	struct fetcher *fetcher;
	struct findings findings;
	struct responders responders;
	struct exchange *exchanges;
	size_t exchange_count, waiting_count;
	int result;
};

static time_t
clock_of(clockid_t which)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(which, &ts);
	return ts.tv_sec;
}

/* Answers */

static void
tell(struct inquirer *q, uint64_t session, enum x509_ocsp found)
{
	struct message m = { .type = MESSAGE_FOUND };
	int r;

	m.u.found.session = session;
	m.u.found.found = found;
	r = message_send(q->channel, &m, -1, NULL, 0);
	if (r < 0) {
		q->result = r;
		ev_break(q->loop, EVBREAK_ALL);
	}
}

/* Once for a responder and minute, not once for a client. */
static void
complain(struct inquirer *q, const char *url, const char *why)
{
	char quoted[STSSL_QUOTE_MAX];

	if (!responders_complain(
		&q->responders, url, clock_of(CLOCK_MONOTONIC)))
		return;
	log_warning("ocsp responder %s: %s: certificates %s",
	    stssl_quote(quoted, sizeof quoted, url), why,
	    q->config->tls.ocsp == OCSP_HARD
		? "are refused (ocsp = hard)"
		: "are good all the same (ocsp = soft)");
}

/* Everything of an exchange but its answer. */
static void
exchange_free(struct exchange *x)
{
	struct inquirer *q = x->inquirer;

	ev_timer_stop(q->loop, &x->deadline);
	x->fetch = fetch_cancel(x->fetch);
	*(x->prev != NULL ? &x->prev->next : &q->exchanges) = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	q->exchange_count--;
	while (x->waiting != NULL) {
		struct waiting *w = x->waiting;

		x->waiting = w->next;
		q->waiting_count--;
		free(w);
	}
	x->inquiry = x509_inquiry_free(x->inquiry);
	free(x);
}

static void
settle(struct exchange *x, enum x509_ocsp found)
{
	for (const struct waiting *w = x->waiting; w != NULL; w = w->next)
		tell(x->inquirer, w->session, found);
	exchange_free(x);
}

static void
fail(struct exchange *x, const char *why)
{
	struct inquirer *q = x->inquirer;

	responders_failed(&q->responders, x->url, clock_of(CLOCK_MONOTONIC));
	complain(q, x->url, why);
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
	struct inquirer *q = x->inquirer;
	struct x509_finding finding;

	/* The fetch is over by itself. */
	x->fetch = NULL;
	if (body == NULL) {
		fail(x, why);
		return;
	}
	finding =
	    x509_inquiry_read(x->inquiry, q->store, body, len, time(NULL));
	if (finding.found == X509_OCSP_UNKNOWN)
		complain(q, x->url, finding.why);
	else
		findings_keep(
		    &q->findings, x509_inquiry_id(x->inquiry), &finding);
	settle(x, finding.found);
}

/* Questions */

static struct exchange *
find_exchange(const struct inquirer *q, const struct x509_ocsp_id *id)
{
	struct exchange *x = q->exchanges;

	while (x != NULL &&
	       memcmp(x509_inquiry_id(x->inquiry), id, sizeof *id) != 0)
		x = x->next;
	return x;
}

/* Returns 0, -ENOMEM or -EAGAIN. */
static int
join(struct exchange *x, uint64_t session)
{
	struct waiting *w;

	if (x->inquirer->waiting_count == WAITING_MAX)
		return -EAGAIN;
	w = malloc(sizeof *w);
	if (w == NULL)
		return -ENOMEM;
	*w = (struct waiting){ session, x->waiting };
	x->waiting = w;
	x->inquirer->waiting_count++;
	return 0;
}

/* Whom to ask; false when there is nobody, or nobody who could be asked now. */
static bool
choose_responder(struct inquirer *q, const struct x509_inquiry *inquiry,
    char ret[static STSSL_URL_MAX + 1])
{
	const char *ours = q->config->tls.ocsp_responder;

	if (ours != NULL) {
		(void)snprintf(ret, STSSL_URL_MAX + 1, "%s", ours);
	} else if (!x509_inquiry_url(inquiry, ret)) {
		complain(q, "", "a certificate names none");
		return false;
	}
	return !responders_rest(&q->responders, ret, clock_of(CLOCK_MONOTONIC));
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
	x->fetch = fetch_post(x->inquirer->fetcher, &params);
	free(body);
	return x->fetch == NULL ? -ENOMEM : 0;
}

/* The inquiry becomes the exchange's, unless there is none: NULL. */
static struct exchange *
exchange_new(struct inquirer *q, struct x509_inquiry *inquiry, const char *url)
{
	struct exchange *x = calloc(1, sizeof *x);

	if (x == NULL)
		return NULL;
	x->inquirer = q;
	x->inquiry = inquiry;
	memcpy(x->url, url, strlen(url) + 1);
	ev_timer_init(
	    &x->deadline, on_deadline, q->config->tls.ocsp_seconds, 0.);
	x->deadline.data = x;
	ev_timer_start(q->loop, &x->deadline);
	x->next = q->exchanges;
	if (x->next != NULL)
		x->next->prev = x;
	q->exchanges = x;
	q->exchange_count++;
	return x;
}

/* Takes the inquiry.  Returns 0, or below it when nobody will be asked. */
static int
begin_exchange(
    struct inquirer *q, struct x509_inquiry *inquiry, uint64_t session)
{
	char url[STSSL_URL_MAX + 1];
	struct exchange *x = NULL;
	int r;

	if (q->exchange_count < EXCHANGES_MAX &&
	    choose_responder(q, inquiry, url))
		x = exchange_new(q, inquiry, url);
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
answer(struct inquirer *q, struct x509_inquiry *inquiry, uint64_t session)
{
	const struct x509_ocsp_id *id = x509_inquiry_id(inquiry);
	enum x509_ocsp found = findings_find(&q->findings, id, time(NULL));
	struct exchange *x = find_exchange(q, id);
	int r = 0;

	if (found == X509_OCSP_UNKNOWN && x == NULL) {
		r = begin_exchange(q, inquiry, session);
		inquiry = NULL;
	} else if (found == X509_OCSP_UNKNOWN) {
		r = join(x, session);
	}
	if (found != X509_OCSP_UNKNOWN || r < 0)
		tell(q, session, found);
	(void)x509_inquiry_free(inquiry);
}

/* One question.  Returns 0 or -errno. */
static int
serve(struct inquirer *q)
{
	static unsigned char der[MESSAGE_MORE_MAX];
	struct x509_inquiry *inquiry;
	struct message m;
	int fd, r;

	r = message_receive(q->channel, SENDER_MONITOR, &m, &fd, der);
	if (r < 0)
		return r;
	if (m.type != MESSAGE_INQUIRY)
		return -EBADMSG;
	r = x509_inquiry_new(
	    q->store, der, m.u.inquiry.der_len, time(NULL), &inquiry);
	if (r < 0) {
		/* It verified in the worker a moment ago. */
		log_warning("session=%" PRIx64 ": not the chain of a good "
			    "certificate",
		    m.u.inquiry.session);
		tell(q, m.u.inquiry.session, X509_OCSP_UNKNOWN);
	} else {
		answer(q, inquiry, m.u.inquiry.session);
	}
	return 0;
}

static void
on_channel(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct inquirer *q = io->data;
	int r = serve(q);

	(void)events;
	if (r < 0 && r != -EAGAIN) {
		q->result = r;
		ev_break(loop, EVBREAK_ALL);
	}
}

/* Returns 0 or -errno. */
static int
set_up(struct inquirer *q)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		return -errno;
	q->loop = ev_loop_new(EVFLAG_AUTO);
	if (q->loop == NULL)
		return -ENOMEM;
	q->fetcher = fetcher_new(q->loop);
	if (q->fetcher == NULL)
		return -ENOMEM;
	ev_io_init(&q->watcher, on_channel, q->channel, EV_READ);
	q->watcher.data = q;
	ev_io_start(q->loop, &q->watcher);
	return sandbox_enter(&sandbox_inquirer);
}

int
inquirer_main(const struct helper_config *config,
    const struct x509_store *store, int channel)
{
	static struct inquirer q;
	struct exchange *next;

	q.config = config;
	q.store = store;
	q.channel = channel;
	q.result = set_up(&q);
	if (q.result == 0)
		ev_run(q.loop, 0);
	for (struct exchange *x = q.exchanges; x != NULL; x = next) {
		next = x->next;
		exchange_free(x);
	}
	findings_done(&q.findings);
	q.fetcher = fetcher_free(q.fetcher);
	if (q.loop != NULL)
		ev_loop_destroy(q.loop);
	if (q.result == -EPIPE)
		return EXIT_SUCCESS;
	(void)log_errno(q.result, "channel");
	return EXIT_FAILURE;
}
