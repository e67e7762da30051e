/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hands questions to advisors, oldest first, but those of a source that has
 * advisors already after those of others: a source whose questions take long
 * holds back only itself.  An advisor that does not answer in time is killed.
 * What comes from an advisor is checked; it cannot say more than a verdict.
 */
#include <config.h>
#include "helper/monitor/children/advisors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/advisor/advisor.h"
#include "helper/base/log.h"
#include "helper/monitor/children/pool.h"
#include "helper/monitor/children/questions.h"
#include "policy/decide.h"

struct advisors {
	struct pool pool;
	ev_tstamp patience;
	struct questions questions;
};

/* Questions */

/* Is there what it takes to answer? */
static bool
can_ask(const struct session_entry *entry, const struct message_ask *ask)
{
	return entry->record != RECORD_NONE || ask->about == ABOUT_DIGEST;
}

/* NULL when the session is over or its record is withdrawn. */
static const struct session_entry *
entry_of(const struct pending *p)
{
	const struct advisors *a = p->all->owner;
	const struct session_entry *entry =
	    registry_find(a->pool.monitor->registry, p->ask.session);

	return entry != NULL && entry->of->owner == p->worker &&
		       can_ask(entry, &p->ask)
		   ? entry
		   : NULL;
}

static void
advise(const struct advisors *a, const struct session_entry *entry,
    const struct message_ask *ask, const struct message_answer *answer)
{
	struct message_advice advice = { .session = entry->session,
		.serial = ask->serial,
		.verdict = answer->verdict,
		.reason = answer->reason,
		.failure = answer->failure };

	memcpy(advice.user, answer->user, sizeof advice.user);
	monitor_advise(a->pool.monitor, entry, ask, &advice);
}

static const struct message_answer no_answer = { .verdict =
						     STSSL_VERDICT_REFUSE,
	.reason = STSSL_REASON_HELPER,
	.failure = STSSL_FAILURE_NONE };

/* Tell the worker that asked; the session may be gone. */
static void
settle(struct pending *p, const struct message_answer *answer)
{
	const struct session_entry *entry = entry_of(p);

	if (entry != NULL)
		advise(p->all->owner, entry, &p->ask, answer);
	questions_remove(p);
}

/* Processes */

static int
run(const struct generation *g, int channel, struct ring *ring)
{
	(void)ring;
	return advisor_main(g->config, channel);
}

static void
lost(struct child *c)
{
	struct advisors *a = c->pool->owner;
	struct pending *p = questions_of_advisor(&a->questions, c);

	if (p != NULL)
		settle(p, &no_answer);
}

static struct child *
idle(const struct advisors *a)
{
	struct child *c;

	LIST_FOREACH (c, &a->pool.list, entry)
		if (!c->is_lost && !c->is_retired && c->tasks == 0)
			break;
	return c;
}

static void
hand_over(struct pending *p, const struct session_entry *entry, struct child *c)
{
	struct message m = { .type = MESSAGE_QUESTION };

	m.u.question.listener = entry->listener;
	m.u.question.text_len = (uint32_t)entry->text_len;
	m.u.question.about = p->ask.about;
	memcpy(m.u.question.user, p->ask.user, sizeof p->ask.user);
	if (message_send(c->channel, &m, -1, entry->text, entry->text_len) <
	    0) {
		/* It is dead, which nobody has noticed yet. */
		pool_kill(c);
		return;
	}
	questions_start(p, c);
	c->tasks = 1;
	c->has_served = true;
}

static void
serve_waiting(struct advisors *a)
{
	struct pending *p = questions_next(&a->questions, ADVISORS_PER_SOURCE);
	struct child *c = idle(a);

	while (p != NULL && c != NULL) {
		const struct session_entry *entry = entry_of(p);

		if (entry == NULL)
			questions_remove(p);
		else
			hand_over(p, entry, c);
		p = questions_next(&a->questions, ADVISORS_PER_SOURCE);
		c = idle(a);
	}
}

static void
expired(struct pending *p)
{
	struct advisors *a = p->all->owner;
	struct child *c = p->advisor;

	if (c == NULL) {
		settle(p, &no_answer);
	} else {
		log_warning("advisor %ld: no answer in %g s", (long)c->pid,
		    a->patience);
		/* Also of a client that has not waited for it. */
		if (!p->is_blameless)
			monitor_penalise(
			    a->pool.monitor, &p->peer, PENALTY_ADVICE_TIMEOUT);
		pool_kill(c);
	}
}

static bool
is_answer(const struct message_answer *answer)
{
	return answer->verdict < STSSL_VERDICT_COUNT &&
	       answer->reason < STSSL_REASON_COUNT &&
	       answer->failure <= STSSL_FAILURE_NONE;
}

static void
readable(struct child *c)
{
	struct advisors *a = c->pool->owner;
	struct pending *p = questions_of_advisor(&a->questions, c);
	struct message m;
	int fd, r;

	r = message_receive(c->channel, SENDER_ADVISOR, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == 0 && (c->tasks == 0 || !is_answer(&m.u.answer)))
		r = -EBADMSG;
	if (r == -EBADMSG)
		log_error("impossible message from an advisor");
	if (r < 0) {
		pool_kill(c);
		return;
	}
	if (p != NULL)
		settle(p, &m.u.answer);
	pool_task_done(c);
	serve_waiting(a);
}

static int
started(struct child *c)
{
	serve_waiting(c->pool->owner);
	return 0;
}

static const struct pool_kind kind = {
	.role = ROLE_ADVISOR,
	.name = "advisor",
	.a_name = "an advisor",
	.count = ADVISORS_COUNT,
	.run = run,
	.started = started,
	.readable = readable,
	.lost = lost,
};

/* From outside */

struct advisors *
advisors_new(struct monitor *monitor, ev_tstamp patience)
{
	struct advisors *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->patience = patience;
	questions_init(&a->questions, monitor->loop, expired, a);
	pool_init(&a->pool, &kind, monitor, a);
	return a;
}

struct advisors *
advisors_free(struct advisors *a)
{
	if (a == NULL)
		return NULL;
	while (!TAILQ_EMPTY(&a->questions.list))
		questions_remove(TAILQ_FIRST(&a->questions.list));
	pool_done(&a->pool);
	free(a);
	return NULL;
}

/*
 * The newest question of a session is the only one.  An advisor that has an
 * older one keeps it, and its deadline.
 */
static void
refuse_older(struct advisors *a, const struct session_entry *entry)
{
	struct pending *p = questions_of_session(&a->questions, entry->session);

	if (p == NULL)
		return;
	if (p->advisor == NULL) {
		settle(p, &no_answer);
	} else {
		advise(a, entry, &p->ask, &no_answer);
		p->worker = NULL;
	}
}

void
advisors_ask(struct advisors *a, const struct session_entry *entry,
    const struct message_ask *ask)
{
	struct pending *p = NULL;

	refuse_older(a, entry);
	if (!a->pool.is_stopping && can_ask(entry, ask))
		p = questions_add(&a->questions, entry->of->owner, &entry->peer,
		    ask, a->patience);
	if (p == NULL) {
		advise(a, entry, ask, &no_answer);
		return;
	}
	/* A digest does not depend on the client. */
	p->is_blameless =
	    entry->origin != ORIGIN_CLIENT || ask->about == ABOUT_DIGEST;
	serve_waiting(a);
	if (a->questions.count > ADVISORS_COUNT + ADVISORS_WAITING)
		settle(questions_least(&a->questions), &no_answer);
}

void
advisors_renew(struct advisors *a)
{
	pool_renew(&a->pool);
}

void
advisors_stop(struct advisors *a)
{
	pool_stop(&a->pool, pool_kill, 0, 0);
	while (!TAILQ_EMPTY(&a->questions.list))
		settle(TAILQ_FIRST(&a->questions.list), &no_answer);
}
