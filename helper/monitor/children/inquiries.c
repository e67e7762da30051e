/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inquirer, and for a while after a reload its predecessor.  Which session
 * waits for which of them stands in the registry, so that nothing is kept for a
 * session that is gone.  What it says is checked: it can answer questions, and
 * set addresses of listeners that have names.
 */
#include <config.h>
#include "helper/monitor/children/inquiries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/inquirer/inquirer.h"
#include "helper/monitor/children/pool.h"
#include "helper/worker/tls/tls.h"

/* It answers within ocsp-timeout; this much later it hangs. */
#define HANG_SECONDS 2.

struct inquiries {
	struct pool pool;
	struct ev_timer hang; /* since the last word of one that has tasks */
};

static const struct helper_config *
config_of(const struct inquiries *q)
{
	return q->pool.monitor->generation->config;
}

static size_t
wanted(const struct helper_config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].passive_name != NULL)
			return 1;
	return config->tls.ocsp != OCSP_OFF;
}

static int
run(const struct generation *g, int channel, struct ring *ring)
{
	(void)ring;
	return inquirer_main(g->config, tls_context_store(g->tls), channel);
}

/* The one that counts; NULL when there is none. */
static struct child *
current(const struct inquiries *q)
{
	struct child *c;

	LIST_FOREACH (c, &q->pool.list, entry)
		if (!c->is_lost && !c->is_retired)
			break;
	return c;
}

static void
answer(struct inquiries *q, struct session_entry *entry, enum x509_ocsp found)
{
	entry->inquirer = NULL;
	monitor_checked(q->pool.monitor, entry, found);
}

static void
lost(struct child *c)
{
	struct inquiries *q = c->pool->owner;
	const struct registry *registry = q->pool.monitor->registry;
	struct session_entry *e = NULL;

	while (c->tasks > 0 && (e = registry_next(registry, e)) != NULL)
		if (e->inquirer == c)
			answer(q, e, X509_OCSP_UNKNOWN);
}

static bool
is_anyone_busy(const struct inquiries *q)
{
	const struct child *c;

	LIST_FOREACH (c, &q->pool.list, entry)
		if (c->tasks > 0)
			return true;
	return false;
}

static void
watch(struct inquiries *q)
{
	if (!is_anyone_busy(q)) {
		ev_timer_stop(q->pool.monitor->loop, &q->hang);
		return;
	}
	q->hang.repeat = config_of(q)->tls.ocsp_seconds + HANG_SECONDS;
	ev_timer_again(q->pool.monitor->loop, &q->hang);
}

static void
on_hang(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct inquiries *q = timer->data;
	struct child *c;

	(void)loop;
	(void)events;
	LIST_FOREACH (c, &q->pool.list, entry)
		if (c->tasks > 0) {
			log_error("inquirer %ld: hangs", (long)c->pid);
			pool_kill(c);
		}
	watch(q);
}

/* The answer to a question. */
static int
take_found(struct inquiries *q, struct child *c, const struct message_found *m)
{
	struct session_entry *entry;

	if (c->tasks == 0 || m->found >= X509_OCSP_COUNT)
		return -EBADMSG;
	entry = registry_find(q->pool.monitor->registry, m->session);
	if (entry != NULL && entry->inquirer == c)
		answer(q, entry, (enum x509_ocsp)m->found);
	pool_task_done(c);
	watch(q);
	return 0;
}

/* The address of a name; a predecessor's numbers of listeners do not count. */
static int
take_resolved(
    struct inquiries *q, struct child *c, const struct message_resolved *m)
{
	const struct helper_config *config = config_of(q);
	struct stssl_address address = { .port = 0 };

	if (c->is_retired)
		return 0;
	memcpy(address.ip, m->ip, sizeof address.ip);
	if (m->listener >= config->listener_count ||
	    config->listeners[m->listener].passive_name == NULL ||
	    !stssl_address_is_ipv4(&address))
		return -EBADMSG;
	c->has_served = true;
	monitor_resolved(q->pool.monitor, m);
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
	struct inquiries *q = c->pool->owner;
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
		pool_kill(c);
}

static const struct pool_kind kind = {
	.role = ROLE_INQUIRER,
	.name = "inquirer",
	.a_name = "the inquirer",
	.wanted = wanted,
	.run = run,
	.readable = readable,
	.lost = lost,
};

struct inquiries *
inquiries_new(struct monitor *monitor)
{
	struct inquiries *q = calloc(1, sizeof *q);

	if (q == NULL)
		return NULL;
	pool_init(&q->pool, &kind, monitor, q);
	ev_init(&q->hang, on_hang);
	q->hang.data = q;
	return q;
}

struct inquiries *
inquiries_free(struct inquiries *q)
{
	if (q == NULL)
		return NULL;
	ev_timer_stop(q->pool.monitor->loop, &q->hang);
	pool_done(&q->pool);
	free(q);
	return NULL;
}

void
inquiries_renew(struct inquiries *q)
{
	pool_renew(&q->pool);
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
	if (c != NULL && config_of(q)->tls.ocsp != OCSP_OFF)
		r = message_send(c->channel, &m, -1, der, len);
	if (r < 0) {
		answer(q, entry, X509_OCSP_UNKNOWN);
		return;
	}
	entry->inquirer = c;
	c->has_served = true;
	c->tasks++;
	if (!ev_is_active(&q->hang))
		watch(q);
}

void
inquiries_stop(struct inquiries *q)
{
	pool_stop(&q->pool, pool_kill, 0, 0);
}
