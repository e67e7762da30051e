/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Supervises one process, and for a while after a reload its predecessor.
 * Which session waits for which of them stands in the registry, so that
 * nothing is kept for a session that is gone.  What it says is checked: it can
 * answer questions, and set addresses of listeners that have names.
 */
#include <config.h>
#include "helper/monitor/children/inquiries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/monitor/children/child.h"
#include "helper/monitor/children/spawn.h"

/* It answers within ocsp-timeout; this much later it hangs. */
#define HANG_SECONDS 2.

struct inquiries {
	struct inquiries_params params;
	const struct helper_config *config;
	const struct x509_store *store;
	struct child *list;
	bool is_stopping;
	ev_tstamp delay; /* before the next start; 0 after a good one */
	struct ev_timer respawn;
	struct ev_timer
	    hang; /* since the last word of one that has to answer */
};

/* What the process needs, on start()'s stack: the rest is freed in it. */
struct job {
	struct inquiries_params params;
	const struct helper_config *config;
	const struct x509_store *store;
};

/* The one that counts; NULL when there is none. */
static struct child *
current(const struct inquiries *q)
{
	struct child *c = q->list;

	while (c != NULL && (c->state != CHILD_RUNNING || c->is_retired))
		c = c->next;
	return c;
}

static void
answer(struct inquiries *q, struct session_entry *entry, enum x509_ocsp found)
{
	entry->inquirer = NULL;
	q->params.checked(q->params.owner, entry, found);
}

/* Nothing that it says counts any more. */
static void
lose(struct inquiries *q, struct child *c)
{
	child_kill(c);
	for (struct session_entry *e = registry_first(q->params.registry);
	     e != NULL; e = e->next)
		if (e->inquirer == c)
			answer(q, e, X509_OCSP_UNKNOWN);
}

static bool
is_anyone_busy(const struct inquiries *q)
{
	for (const struct child *c = q->list; c != NULL; c = c->next)
		if (c->sessions > 0)
			return true;
	return false;
}

static void
watch(struct inquiries *q)
{
	if (!is_anyone_busy(q)) {
		ev_timer_stop(q->params.loop, &q->hang);
		return;
	}
	q->hang.repeat = q->config->tls.ocsp_seconds + HANG_SECONDS;
	ev_timer_again(q->params.loop, &q->hang);
}

static void
on_hang(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct inquiries *q = timer->data;

	(void)loop;
	(void)events;
	for (struct child *c = q->list; c != NULL; c = c->next)
		if (c->sessions > 0) {
			log_error("inquirer %ld: hangs", (long)c->pid);
			lose(q, c);
		}
	watch(q);
}

/* The answer to a question. */
static int
take_found(struct inquiries *q, struct child *c, const struct message_found *m)
{
	struct session_entry *entry;

	if (c->sessions == 0 || m->found >= X509_OCSP_COUNT)
		return -EBADMSG;
	entry = registry_find(q->params.registry, m->session);
	c->sessions--;
	if (entry != NULL && entry->inquirer == c)
		answer(q, entry, (enum x509_ocsp)m->found);
	if (c->is_retired && c->sessions == 0)
		child_kill(c);
	watch(q);
	return 0;
}

/* What a name stands for; a predecessor's numbers of listeners do not count. */
static int
take_resolved(
    struct inquiries *q, struct child *c, const struct message_resolved *m)
{
	const struct helper_config *config = q->config;
	struct stssl_address address = { .port = 0 };

	if (c->is_retired)
		return 0;
	memcpy(address.ip, m->ip, sizeof address.ip);
	if (m->listener >= config->listener_count ||
	    config->listeners[m->listener].passive_name == NULL ||
	    !stssl_address_is_ipv4(&address))
		return -EBADMSG;
	c->has_served = true;
	q->params.resolved(q->params.owner, m);
	return 0;
}

static int
take(struct inquiries *q, struct child *c, const struct message *m)
{
	return m->type == MESSAGE_FOUND ? take_found(q, c, &m->u.found)
					: take_resolved(q, c, &m->u.resolved);
}

static void
readable(struct child *c)
{
	struct inquiries *q = c->owner;
	struct message m;
	int fd, r;

	r = message_receive(c->channel, SENDER_INQUIRER, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == 0)
		r = take(q, c, &m);
	if (r == -EBADMSG)
		log_error("impossible message from the inquirer");
	if (r < 0)
		lose(q, c);
}

static void
wait_to_respawn(struct inquiries *q)
{
	ev_timer_stop(q->params.loop, &q->respawn);
	ev_timer_set(&q->respawn, q->delay, 0);
	ev_timer_start(q->params.loop, &q->respawn);
}

static void
ended(struct child *c)
{
	struct inquiries *q = c->owner;
	const bool is_retired = c->is_retired;
	const bool is_replaced = is_retired && c->state == CHILD_LOST;

	/* First, so that nobody kills a process that is reaped. */
	child_lose(c);
	lose(q, c);
	if (!q->is_stopping && !is_replaced)
		child_log_end(c);
	if (!is_retired)
		q->delay = child_delay(c, q->delay);
	child_free(c, &q->list);
	if (!q->is_stopping && !is_retired)
		wait_to_respawn(q);
	else if (q->is_stopping && q->list == NULL)
		q->params.stopped(q->params.owner);
}

static void
forget(void *arg)
{
	const struct job *job = arg;

	job->params.forget(job->params.owner);
}

static int
run(void *arg, int channel)
{
	const struct job *job = arg;

	return job->params.run(job->config, job->store, channel);
}

static int
start(struct inquiries *q)
{
	struct job job = { q->params, q->config, q->store };
	struct child *c;
	int channel;
	pid_t pid =
	    spawn(q->params.loop, "inquirer", forget, run, &job, &channel);

	if (pid < 0)
		return (int)pid;
	c = child_new(q->params.loop, "inquirer", pid, channel, &q->list);
	if (c == NULL) {
		/* Without its channel it ends. */
		(void)close(channel);
		return -ENOMEM;
	}
	c->readable = readable;
	c->ended = ended;
	c->owner = q;
	return 0;
}

static bool
is_needed(const struct helper_config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].passive_name != NULL)
			return true;
	return config->tls.ocsp != OCSP_OFF;
}

/* Returns 0 or what fork(2) says. */
static int
start_missing(struct inquiries *q)
{
	int r = 0;

	if (is_needed(q->config) && current(q) == NULL)
		r = start(q);
	if (r < 0) {
		(void)log_errno(r, "cannot start the inquirer");
		q->delay = CHILD_DELAY_MAX;
		wait_to_respawn(q);
	}
	return r;
}

static void
on_respawn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	(void)start_missing(timer->data);
}

struct inquiries *
inquiries_new(const struct inquiries_params *params)
{
	struct inquiries *q = calloc(1, sizeof *q);

	if (q == NULL)
		return NULL;
	q->params = *params;
	ev_init(&q->respawn, on_respawn);
	ev_init(&q->hang, on_hang);
	q->respawn.data = q->hang.data = q;
	return q;
}

struct inquiries *
inquiries_free(struct inquiries *q)
{
	if (q == NULL)
		return NULL;
	while (q->list != NULL)
		child_free(q->list, &q->list);
	ev_timer_stop(q->params.loop, &q->respawn);
	ev_timer_stop(q->params.loop, &q->hang);
	free(q);
	return NULL;
}

int
inquiries_begin(struct inquiries *q, const struct helper_config *config,
    const struct x509_store *store)
{
	q->config = config;
	q->store = store;
	ev_timer_stop(q->params.loop, &q->respawn);
	for (struct child *c = q->list; c != NULL; c = c->next) {
		c->is_retired = true;
		if (c->sessions == 0)
			child_kill(c);
	}
	return start_missing(q);
}

void
inquiries_ask(struct inquiries *q, struct session_entry *entry, const void *der,
    size_t len)
{
	struct message m = { .type = MESSAGE_INQUIRY };
	struct child *c = current(q);
	int r = -ENOENT;

	m.u.inquiry.session = entry->session;
	m.u.inquiry.der_len = (uint32_t)len;
	/* A worker from before a reload may ask though ocsp is off by now. */
	if (c != NULL && q->config->tls.ocsp != OCSP_OFF)
		r = message_send(c->channel, &m, -1, der, len);
	if (r < 0) {
		answer(q, entry, X509_OCSP_UNKNOWN);
		return;
	}
	entry->inquirer = c;
	c->has_served = true;
	c->sessions++;
	if (!ev_is_active(&q->hang))
		watch(q);
}

bool
inquiries_are_gone(const struct inquiries *q)
{
	return q->list == NULL;
}

void
inquiries_stop(struct inquiries *q)
{
	q->is_stopping = true;
	ev_timer_stop(q->params.loop, &q->respawn);
	for (struct child *c = q->list; c != NULL; c = c->next)
		lose(q, c);
}
