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
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/asks.h"
#include "helper/monitor/children/child.h"
#include "helper/monitor/children/spawn.h"
#include "policy/decide.h"

struct advisors {
	struct advisors_params params;
	struct child *list;
	struct asks asks;
	bool is_stopping;
	ev_tstamp delay; /* before the next start; 0 after a good one */
	struct ev_timer respawn;
};

/* Questions */

/* NULL when the session is over or its record is withdrawn. */
static const struct session_entry *
entry_of(const struct pending *p)
{
	const struct advisors *a = p->asks->owner;
	const struct session_entry *entry =
	    registry_find(a->params.registry, p->ask.session);

	return entry != NULL && entry->owner == p->worker &&
		       entry->record != RECORD_NONE
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
	a->params.advise(a->params.owner, entry, ask->user, &advice);
}

static const struct message_answer no_answer = { .verdict =
						     STSSL_VERDICT_REFUSE,
	.reason = STSSL_REASON_HELPER,
	.failure = STSSL_FAILURE_NONE };

/* Tell the one who asked, who may be gone. */
static void
settle(struct pending *p, const struct message_answer *answer)
{
	const struct session_entry *entry = entry_of(p);

	if (entry != NULL)
		advise(p->asks->owner, entry, &p->ask, answer);
	asks_remove(p);
}

/* Processes */

/* Nothing that it says counts any more. */
static void
lose(struct advisors *a, struct child *c)
{
	struct pending *p = asks_find_advisor(&a->asks, c);

	child_kill(c);
	if (p != NULL)
		settle(p, &no_answer);
}

static struct child *
idle(const struct advisors *a)
{
	struct child *c = a->list;

	while (c != NULL &&
	       (c->state != CHILD_RUNNING || c->is_retired || c->sessions > 0))
		c = c->next;
	return c;
}

static void
hand_over(struct pending *p, const struct session_entry *entry, struct child *c)
{
	struct message m = { .type = MESSAGE_QUESTION };

	m.u.question.listener = entry->listener;
	m.u.question.text_len = (uint32_t)entry->text_len;
	m.u.question.whose = p->ask.whose;
	memcpy(m.u.question.user, p->ask.user, sizeof p->ask.user);
	if (message_send(c->channel, &m, -1, entry->text, entry->text_len) <
	    0) {
		/* It is dead, and nobody has noticed yet. */
		lose(p->asks->owner, c);
		return;
	}
	asks_start(p, c);
	c->sessions = 1;
	c->has_served = true;
}

static void
serve_waiting(struct advisors *a)
{
	struct pending *p = asks_next(&a->asks, ADVISORS_PER_SOURCE);
	struct child *c = idle(a);

	while (p != NULL && c != NULL) {
		const struct session_entry *entry = entry_of(p);

		if (entry == NULL)
			asks_remove(p);
		else
			hand_over(p, entry, c);
		p = asks_next(&a->asks, ADVISORS_PER_SOURCE);
		c = idle(a);
	}
}

static void
expired(struct pending *p)
{
	struct advisors *a = p->asks->owner;
	struct child *c = p->advisor;

	if (c == NULL) {
		settle(p, &no_answer);
	} else {
		log_warning("advisor %ld: no answer in %g s", (long)c->pid,
		    a->params.patience);
		/* Also of a client that has not waited for it. */
		a->params.late(a->params.owner, &p->peer);
		lose(a, c);
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
	struct advisors *a = c->owner;
	struct pending *p = asks_find_advisor(&a->asks, c);
	struct message m;
	int fd, r;

	r = message_receive(c->channel, SENDER_ADVISOR, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == 0 && (c->sessions == 0 || !is_answer(&m.u.answer)))
		r = -EBADMSG;
	if (r == -EBADMSG)
		log_error("impossible message from an advisor");
	if (r < 0) {
		lose(a, c);
		return;
	}
	c->sessions = 0;
	if (p != NULL)
		settle(p, &m.u.answer);
	if (c->is_retired)
		child_lose(c);
	serve_waiting(a);
}

static void
wait_to_respawn(struct advisors *a)
{
	ev_timer_stop(a->params.loop, &a->respawn);
	ev_timer_set(&a->respawn, a->delay, 0);
	ev_timer_start(a->params.loop, &a->respawn);
}

static void
ended(struct child *c)
{
	struct advisors *a = c->owner;

	/* First, so that nobody kills a process that is reaped. */
	child_lose(c);
	lose(a, c);
	if (!a->is_stopping)
		child_log_end(c);
	a->delay = child_delay(c, a->delay);
	child_free(c, &a->list);
	if (!a->is_stopping)
		wait_to_respawn(a);
	else if (a->list == NULL)
		a->params.stopped(a->params.owner);
}

/* In the child.  `arg` is on start()'s stack: the advisors are freed here. */
static void
forget(void *arg)
{
	const struct advisors_params *params = arg;

	params->forget(params->owner);
}

static int
run(void *arg, int channel)
{
	const struct advisors_params *params = arg;

	return params->run(params->config, channel);
}

static int
start(struct advisors *a)
{
	struct advisors_params params = a->params;
	struct child *c;
	int channel;
	pid_t pid =
	    spawn(params.loop, "advisor", forget, run, &params, &channel);

	if (pid < 0)
		return (int)pid;
	c = child_new(params.loop, "advisor", pid, channel, &a->list);
	if (c == NULL) {
		/* Without its channel it ends. */
		(void)close(channel);
		return -ENOMEM;
	}
	c->readable = readable;
	c->ended = ended;
	c->owner = a;
	log_debug("advisor %ld: started", (long)pid);
	return 0;
}

int
advisors_start(struct advisors *a)
{
	size_t present = 0;
	int r = 0;

	/* A lost one counts until it is reaped. */
	for (const struct child *c = a->list; c != NULL; c = c->next)
		present++;
	for (; r == 0 && present < ADVISORS_COUNT; present++)
		r = start(a);
	return r;
}

static void
on_respawn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct advisors *a = timer->data;
	int r = advisors_start(a);

	(void)loop;
	(void)events;
	if (r < 0) {
		(void)log_errno(r, "cannot start an advisor");
		a->delay = CHILD_DELAY_MAX;
		wait_to_respawn(a);
	}
	serve_waiting(a);
}

/* From outside */

struct advisors *
advisors_new(const struct advisors_params *params)
{
	struct advisors *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->params = *params;
	a->asks = (struct asks){
		.loop = params->loop, .expired = expired, .owner = a
	};
	ev_init(&a->respawn, on_respawn);
	a->respawn.data = a;
	return a;
}

struct advisors *
advisors_free(struct advisors *a)
{
	if (a == NULL)
		return NULL;
	while (a->asks.first != NULL)
		asks_remove(a->asks.first);
	while (a->list != NULL)
		child_free(a->list, &a->list);
	ev_timer_stop(a->params.loop, &a->respawn);
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
	struct pending *p = asks_find_session(&a->asks, entry->session);

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
	if (!a->is_stopping && entry->record != RECORD_NONE)
		p = asks_add(&a->asks, entry->owner, &entry->peer, ask,
		    a->params.patience);
	if (p == NULL) {
		advise(a, entry, ask, &no_answer);
		return;
	}
	serve_waiting(a);
	if (a->asks.count > ADVISORS_COUNT + ADVISORS_WAITING)
		settle(asks_least(&a->asks), &no_answer);
}

/* It ends when it has nothing to do, and is replaced then. */
static void
retire(struct child *c)
{
	c->is_retired = true;
	if (c->sessions == 0)
		child_lose(c);
}

void
advisors_renew(struct advisors *a, const struct helper_config *config)
{
	a->params.config = config;
	for (struct child *c = a->list; c != NULL; c = c->next)
		retire(c);
}

bool
advisors_are_gone(const struct advisors *a)
{
	return a->list == NULL;
}

void
advisors_stop(struct advisors *a)
{
	a->is_stopping = true;
	ev_timer_stop(a->params.loop, &a->respawn);
	while (a->asks.first != NULL)
		settle(a->asks.first, &no_answer);
	for (struct child *c = a->list; c != NULL; c = c->next)
		child_kill(c);
	if (a->list == NULL)
		a->params.stopped(a->params.owner);
}
