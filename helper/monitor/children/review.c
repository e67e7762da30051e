/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the clock every few seconds, and at lists when they are new.  Only
 * sessions that live by their certificate are ended: who gave a password
 * instead keeps what the password gave.
 */
#include <config.h>
#include "helper/monitor/children/review.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/monitor/children/pool.h"
#include "helper/monitor/registry/walk.h"
#include "status/record.h"
#include "status/tools/words.h"
#include "status/words.h"
#include "x509/verify.h"

/* Messages in one turn, so that others have theirs. */
#define BATCH WALK_STEP
/*
 * What the process may send before it is read: fewer than BATCH, as the kernel
 * takes twice as much, and counts more than 1024 bytes for each.  At its end
 * all of them are read at once.
 */
#define UNREAD_BYTES (BATCH * 512)

struct review {
	struct pool pool; /* of one, or none */
	const struct x509_store *store;
	enum on_revocation mode;
	bool is_stale;   /* what that one finds good need not be */
	uint64_t *batch; /* the sessions that it looks at, in order */
	size_t count, done;
	struct ev_timer look;

	/* What becomes of a walk. */
	struct walk walk;
	bool marks;      /* all are to be looked at again */
	uint64_t *found; /* those that await a look, in order */
	size_t found_count, found_size;
};

/* One certificate to be looked at. */
struct subject {
	uint64_t session;
	char *pem;
};

/* In the process: what it needs of the rest, which it forgets. */
static struct {
	const struct x509_store *store;
	struct subject *subjects;
	size_t count;
} job;

/* Does this session stand or fall with its certificate? */
static bool
depends(const struct session_entry *entry)
{
	return entry->good_until != 0 && !entry->is_ending &&
	       (!entry->is_decided || entry->by_certificate);
}

/* Is there a certificate to be looked at? */
static bool
awaits(const struct session_entry *entry)
{
	return entry->is_unreviewed && depends(entry) && entry->text != NULL;
}

static void
end(struct review *review, struct session_entry *entry,
    enum stssl_failure failure)
{
	bool ends = review->mode == ON_REVOCATION_END;

	/* Its worker has no room for it just now: at the next look. */
	if (ends &&
	    monitor_end(review->pool.monitor, entry, END_CERTIFICATE) < 0)
		return;
	log_notice("certificate session=%" PRIx64 " reason=%s action=%s",
	    entry->session, stssl_failure_word(failure), ends ? "end" : "log");
	/* Once is enough. */
	entry->is_ending = true;
}

/* In the process */

/*
 * The PEM of a session's record, a copy; NULL when there is none.  Both may
 * have gone since the walk came by.
 */
static char *
certificate_of(const struct session_entry *entry)
{
	struct stssl_record record;
	const char *pem;
	char *copy = NULL;

	if (entry == NULL || entry->text == NULL)
		return NULL;
	stssl_record_init(&record);
	if (stssl_record_decode(entry->text, entry->text_len, &record) == 0) {
		pem = stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_CERT);
		copy = pem == NULL ? NULL : strdup(pem);
	}
	stssl_record_done(&record);
	return copy;
}

static void
gather(const struct pool *pool)
{
	const struct review *review = pool->owner;

	job.store = review->store;
	job.count = review->count;
	job.subjects = calloc(job.count, sizeof *job.subjects);
	for (size_t i = 0; job.subjects != NULL && i < job.count; i++) {
		job.subjects[i].session = review->batch[i];
		job.subjects[i].pem = certificate_of(registry_find(
		    review->pool.monitor->registry, review->batch[i]));
	}
}

/* Returns 0 or what message_send() says. */
static int
look_at(const struct subject *subject, int channel)
{
	struct message m = { .type = MESSAGE_REVIEWED };
	enum stssl_failure failure = STSSL_FAILURE_OTHER;

	if (subject->pem != NULL)
		failure =
		    x509_verify_again(job.store, subject->pem, time(NULL));
	m.u.reviewed.session = subject->session;
	m.u.reviewed.failure = failure;
	return message_send(channel, &m, -1, NULL, 0);
}

static int
run(const struct generation *g, int channel, struct ring *ring)
{
	const int unread = UNREAD_BYTES;
	int r;

	(void)g;
	(void)ring;
	if (job.subjects == NULL || setsockopt(channel, SOL_SOCKET, SO_SNDBUF,
					&unread, sizeof unread) == -1)
		return EXIT_FAILURE;
	r = sandbox_enter(&sandbox_reviewer);
	for (size_t i = 0; i < job.count; i++) {
		if (r == 0)
			r = look_at(&job.subjects[i], channel);
		free(job.subjects[i].pem);
	}
	free(job.subjects);
	return r == 0 || r == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Outside of it */

/* Words come in the order of the batch.  Returns 0 or -EBADMSG. */
static int
take(struct review *review, const struct message_reviewed *m)
{
	struct session_entry *entry;

	if (m->failure > STSSL_FAILURE_NONE || review->done == review->count ||
	    m->session != review->batch[review->done])
		return -EBADMSG;
	review->done++;
	entry = registry_find(review->pool.monitor->registry, m->session);
	if (entry == NULL || !awaits(entry))
		return 0;
	if (m->failure != STSSL_FAILURE_NONE)
		end(review, entry, (enum stssl_failure)m->failure);
	else if (!review->is_stale)
		entry->is_unreviewed = false;
	return 0;
}

/* One message.  Returns 0, or what message_receive() says. */
static int
receive(struct review *review, struct child *c)
{
	struct message m;
	int fd, r;

	r = message_receive(c->channel, SENDER_REVIEWER, &m, &fd, NULL);
	if (r == 0)
		r = take(review, &m.u.reviewed);
	if (r == -EBADMSG) {
		log_error("impossible message from the reviewer");
		pool_kill(c);
	}
	if (r < 0 && r != -EAGAIN)
		pool_lose(c);
	return r;
}

static void
readable(struct child *c)
{
	int r = 0;

	for (int i = 0; r == 0 && i < BATCH; i++)
		r = receive(c->pool->owner, c);
}

/* Walks, and the look that follows each; below. */
static void begin_walk(struct review *review);

/*
 * The certificate that it was looking at has crashed it, and would do so again:
 * those behind it would never be looked at.  True when it does not await
 * another look.
 */
static bool
end_suspect(struct review *review)
{
	struct session_entry *entry = registry_find(
	    review->pool.monitor->registry, review->batch[review->done]);

	if (entry != NULL && awaits(entry))
		end(review, entry, STSSL_FAILURE_OTHER);
	return entry == NULL || !awaits(entry);
}

static void
ended(struct child *c)
{
	struct review *review = c->pool->owner;
	bool goes_on = false;

	/* Take in what it has said before its end. */
	while (!c->is_lost && receive(review, c) == 0)
		;
	c->is_retired = review->done == review->count;
	if (!c->is_retired && child_has_crashed(c))
		goes_on = end_suspect(review);
	if (goes_on && !c->pool->is_stopping)
		begin_walk(review);
	/* If not, the next look finds those that still await one. */
}

static const struct pool_kind kind = {
	.role = ROLE_REVIEWER,
	.name = "reviewer",
	.a_name = "a reviewer",
	.gather = gather,
	.run = run,
	.readable = readable,
	.ended = ended,
};

/* The process looks at what the walk has found. */
static void
start(struct review *review)
{
	struct child *c;
	int r;

	free(review->batch);
	review->batch = review->found;
	review->count = review->found_count;
	review->done = 0;
	review->is_stale = false;
	review->found = NULL;
	review->found_count = review->found_size = 0;
	r = pool_start(&review->pool, review->pool.monitor->generation, &c);
	if (r < 0)
		(void)log_errno(r, "cannot review certificates");
}

/* Walks */

static void
begin_walk(struct review *review)
{
	review->found_count = 0;
	walk_begin(&review->walk);
}

/* False when out of memory. */
static bool
find(struct review *review, uint64_t session)
{
	if (review->found_count == review->found_size) {
		size_t size =
		    review->found_size == 0 ? 64 : 2 * review->found_size;
		uint64_t *found =
		    reallocarray(review->found, size, sizeof *found);

		if (found == NULL)
			return false;
		review->found = found;
		review->found_size = size;
	}
	review->found[review->found_count++] = session;
	return true;
}

static bool
visit(void *owner, struct session_entry *entry)
{
	struct review *review = owner;

	if (review->marks)
		entry->is_unreviewed = true;
	if (depends(entry) && entry->good_until < time(NULL))
		end(review, entry, STSSL_FAILURE_EXPIRED);
	return !awaits(entry) || find(review, entry->session);
}

/* What it has not come to is for the next look. */
static void
walk_ended(void *owner, bool whole)
{
	struct review *review = owner;

	if (whole)
		review->marks = false;
	if (review->found_count > 0 && review->store != NULL &&
	    LIST_EMPTY(&review->pool.list))
		start(review);
}

static void
on_look(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct review *review = timer->data;

	(void)loop;
	(void)events;
	if (!walk_is_on(&review->walk))
		begin_walk(review);
}

struct review *
review_new(struct monitor *monitor, ev_tstamp every)
{
	struct review *review = calloc(1, sizeof *review);

	if (review == NULL)
		return NULL;
	pool_init(&review->pool, &kind, monitor, review);
	ev_timer_init(&review->look, on_look, every, every);
	review->look.data = review;
	review->walk.visit = visit;
	review->walk.ended = walk_ended;
	review->walk.owner = review;
	walk_init(&review->walk, monitor->loop, monitor->registry);
	ev_timer_start(monitor->loop, &review->look);
	return review;
}

struct review *
review_free(struct review *review)
{
	if (review == NULL)
		return NULL;
	pool_done(&review->pool);
	ev_timer_stop(review->pool.monitor->loop, &review->look);
	walk_stop(&review->walk);
	free(review->found);
	free(review->batch);
	free(review);
	return NULL;
}

void
review_begin(struct review *review, const struct x509_store *store,
    enum on_revocation on_revocation)
{
	review->store = store;
	review->mode = on_revocation;
	review->is_stale = true;
	/* From the beginning, whatever walk there is. */
	review->marks = true;
	begin_walk(review);
}

void
review_stop(struct review *review)
{
	ev_timer_stop(review->pool.monitor->loop, &review->look);
	walk_stop(&review->walk);
	pool_stop(&review->pool, pool_kill, 0, 0);
}
