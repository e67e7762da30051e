/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the clock every few seconds, and at lists when they are new.  Only
 * sessions that live by their certificate are ended: who gave a password
 * instead keeps what the password gave.
 */
#include <config.h>
#include "helper/review.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/child.h"
#include "helper/log.h"
#include "helper/message.h"
#include "helper/sandbox.h"
#include "helper/spawn.h"
#include "status/words.h"
#include "x509/verify.h"

#define LOOK_SECONDS 5.
/* Messages to wait for at a time, so that others have their turn. */
#define BATCH 256

struct review {
	struct review_params params;
	const struct x509_store *store;
	enum on_revocation mode;
	struct child *list; /* one, or none */
	bool is_stopping;
	struct ev_timer look;
};

/* One certificate to be looked at. */
struct subject {
	uint64_t session;
	char *pem;
};

/* What the process needs, gathered before it forgets the rest. */
struct job {
	const struct review *review;
	struct review_params params;
	const struct x509_store *store;
	struct subject *subjects;
	size_t count;
};

time_t
review_good_until(const struct stssl_record *record)
{
	const char *verify =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_VERIFY);
	const char *end = stssl_record_get(record, STSSL_KEY_SSL_CLIENT_V_END);
	struct tm tm = { 0 };
	const char *rest;

	if (verify == NULL || strcmp(verify, "SUCCESS") != 0 || end == NULL)
		return 0;
	rest = strptime(end, "%b %d %H:%M:%S %Y GMT", &tm);
	return rest == NULL || *rest != '\0' ? 0 : timegm(&tm);
}

/* Does this session stand or fall with its certificate? */
static bool
depends(const struct session_entry *entry)
{
	return entry->good_until != 0 && !entry->is_ending &&
	       (!entry->is_decided || entry->by_certificate);
}

static void
end(struct review *review, struct session_entry *entry,
    enum stssl_failure failure)
{
	bool ends = review->mode == ON_REVOCATION_END;

	/* Its worker has no room for it just now: at the next look. */
	if (ends && review->params.end(review->params.owner, entry) < 0) {
		entry->is_unreviewed = true;
		return;
	}
	log_notice("certificate session=%" PRIx64 " reason=%s action=%s",
	    entry->session, stssl_failure_word(failure), ends ? "end" : "log");
	/* Once is enough. */
	entry->is_ending = true;
}

static void
mark_all(const struct review *review, bool is_unreviewed)
{
	for (struct session_entry *e = registry_first(review->params.registry);
	     e != NULL; e = e->next)
		e->is_unreviewed = is_unreviewed;
}

/* Starts the process; below. */
static void start(struct review *review);

static void
on_look(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct review *review = timer->data;
	time_t now = time(NULL);
	bool is_due = false;

	(void)loop;
	(void)events;
	for (struct session_entry *e = registry_first(review->params.registry);
	     e != NULL; e = e->next) {
		if (depends(e) && e->good_until < now)
			end(review, e, STSSL_FAILURE_EXPIRED);
		is_due = is_due || (e->is_unreviewed && depends(e));
	}
	if (is_due && review->store != NULL && review->list == NULL)
		start(review);
}

/* In the process */

/* The PEM of a record, a copy; NULL when it has none. */
static char *
certificate_of(const struct session_entry *entry)
{
	struct stssl_record record;
	const char *pem;
	char *copy = NULL;

	stssl_record_init(&record);
	if (stssl_record_decode(entry->text, entry->text_len, &record) == 0) {
		pem = stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_CERT);
		copy = pem == NULL ? NULL : strdup(pem);
	}
	stssl_record_done(&record);
	return copy;
}

static size_t
count_entries(const struct registry *registry)
{
	size_t n = 0;

	for (const struct session_entry *e = registry_first(registry);
	     e != NULL; e = e->next)
		n++;
	return n;
}

static void
gather(struct job *job)
{
	const struct registry *registry = job->params.registry;

	job->subjects =
	    calloc(count_entries(registry) + 1, sizeof *job->subjects);
	if (job->subjects == NULL)
		return;
	for (const struct session_entry *e = registry_first(registry);
	     e != NULL; e = e->next) {
		if (!e->is_unreviewed || !depends(e) || e->text == NULL)
			continue;
		job->subjects[job->count].session = e->session;
		job->subjects[job->count++].pem = certificate_of(e);
	}
}

static void
forget(void *arg)
{
	struct job *job = arg;

	gather(job);
	job->params.forget(job->params.owner);
}

/* Returns 0 or what message_send() says. */
static int
look_at(const struct job *job, const struct subject *subject, int channel)
{
	struct message m = { .type = MESSAGE_REVIEWED };
	enum stssl_failure failure = STSSL_FAILURE_OTHER;

	if (subject->pem != NULL)
		failure =
		    x509_verify_again(job->store, subject->pem, time(NULL));
	if (failure == STSSL_FAILURE_COUNT)
		return 0;
	m.u.reviewed.session = subject->session;
	m.u.reviewed.failure = failure;
	return message_send(channel, &m, -1, NULL, 0);
}

static int
run(void *arg, int channel)
{
	struct job *job = arg;
	int r;

	if (job->subjects == NULL)
		return EXIT_FAILURE;
	r = sandbox_enter(&sandbox_reviewer);
	for (size_t i = 0; i < job->count; i++) {
		if (r == 0)
			r = look_at(job, &job->subjects[i], channel);
		free(job->subjects[i].pem);
	}
	free(job->subjects);
	return r == 0 || r == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Outside of it */

static void
take(struct review *review, const struct message_reviewed *m)
{
	struct session_entry *entry =
	    registry_find(review->params.registry, m->session);

	if (entry != NULL && depends(entry))
		end(review, entry, (enum stssl_failure)m->failure);
}

/* One message.  Returns 0, or what message_receive() says. */
static int
receive(struct review *review, struct child *c)
{
	struct message m;
	int fd, r;

	r = message_receive(c->channel, SENDER_REVIEWER, &m, &fd, NULL);
	if (r == 0 && m.u.reviewed.failure >= STSSL_FAILURE_COUNT)
		r = -EBADMSG;
	if (r == 0)
		take(review, &m.u.reviewed);
	if (r == -EBADMSG)
		log_error("impossible message from the reviewer");
	if (r < 0 && r != -EAGAIN)
		child_lose(c);
	return r;
}

static void
readable(struct child *c)
{
	int r = 0;

	for (int i = 0; r == 0 && i < BATCH; i++)
		r = receive(c->owner, c);
}

static void
ended(struct child *c)
{
	struct review *review = c->owner;

	/* What it has said before its end counts. */
	while (c->state != CHILD_LOST && receive(review, c) == 0)
		;
	child_lose(c);
	child_log_end(c);
	child_free(c, &review->list);
	if (review->is_stopping)
		review->params.stopped(review->params.owner);
}

static void
start(struct review *review)
{
	struct job job = { .review = review,
		.params = review->params,
		.store = review->store };
	struct child *c;
	int channel;
	pid_t pid =
	    spawn(job.params.loop, "reviewer", forget, run, &job, &channel);

	if (pid < 0) {
		(void)log_errno((int)pid, "cannot review certificates");
		return;
	}
	c = child_new(job.params.loop, "reviewer", pid, channel, &review->list);
	if (c == NULL) {
		/* Without its channel it ends. */
		(void)close(channel);
		return;
	}
	c->readable = readable;
	c->ended = ended;
	c->owner = review;
	mark_all(review, false);
}

struct review *
review_new(const struct review_params *params)
{
	struct review *review = calloc(1, sizeof *review);

	if (review == NULL)
		return NULL;
	review->params = *params;
	ev_timer_init(&review->look, on_look, LOOK_SECONDS, LOOK_SECONDS);
	review->look.data = review;
	ev_timer_start(params->loop, &review->look);
	return review;
}

struct review *
review_free(struct review *review)
{
	if (review == NULL)
		return NULL;
	while (review->list != NULL)
		child_free(review->list, &review->list);
	ev_timer_stop(review->params.loop, &review->look);
	free(review);
	return NULL;
}

void
review_begin(struct review *review, const struct x509_store *store,
    enum on_revocation on_revocation)
{
	review->store = store;
	review->mode = on_revocation;
	mark_all(review, true);
	if (store == NULL || registry_first(review->params.registry) == NULL)
		return;
	/* Or at the next look, when this one has ended. */
	if (review->list == NULL)
		start(review);
}

void
review_stop(struct review *review)
{
	review->is_stopping = true;
	ev_timer_stop(review->params.loop, &review->look);
	for (struct child *c = review->list; c != NULL; c = c->next)
		child_kill(c);
}

bool
review_is_gone(const struct review *review)
{
	return review->list == NULL;
}
