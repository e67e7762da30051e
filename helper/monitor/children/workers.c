/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Chooses the worker for the next client, and tells workers what they wait for.
 */
#include <config.h>
#include "helper/monitor/children/workers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "helper/base/log.h"
#include "helper/monitor/children/hearing.h"
#include "helper/monitor/children/worker_process.h"
#include "helper/monitor/registry/sources.h"

#define PROCESSES_MAX 4096
#define KILL_SECONDS  2.0

struct workers {
	struct pool pool;
	uint64_t next_session;
	bool is_holding; /* see update_hold() */
	struct ev_prepare prepare;
	struct chore sweep;
	struct hearing hearing;
};

static unsigned
sessions_each(const struct workers *workers)
{
	return workers->pool.monitor->generation->config->sessions_per_worker;
}

/* With one session for each a worker is used once; others when too many. */
static void
stop_idle(struct workers *workers)
{
	bool once = sessions_each(workers) == 1;
	size_t wanted = worker_kind.wanted(
		   workers->pool.monitor->generation->config),
	       present = pool_present(&workers->pool);
	struct child *c;

	LIST_FOREACH (c, &workers->pool.list, entry) {
		if (c->is_lost || c->is_retired || c->tasks > 0 ||
		    !c->has_served || (!once && present <= wanted))
			continue;
		worker_stop(c);
		present--;
	}
}

/* Clients */

/* Of two that could take a client: one that reads, then one with fewer. */
static bool
is_better(const struct child *a, const struct child *b)
{
	if (child_is_behind(a) != child_is_behind(b))
		return child_is_behind(b);
	return a->tasks < b->tasks;
}

/* One whose only session has ended will be stopped. */
static bool
has_room(const struct workers *workers, const struct child *c)
{
	const unsigned most = sessions_each(workers);

	return !c->is_lost && !c->is_retired && c->tasks < most &&
	       (most > 1 || !c->has_served);
}

/* The one to take the next client; NULL when all are full. */
static struct child *
least_busy(const struct workers *workers)
{
	struct child *best = NULL, *c;

	LIST_FOREACH (c, &workers->pool.list, entry)
		if (has_room(workers, c) &&
		    (best == NULL || is_better(c, best)))
			best = c;
	return best;
}

/*
 * Clients wait in the backlog rather than in here while all who could take them
 * have yet to read of those they have got, or are yet to be started.
 */
static void
update_hold(struct workers *workers)
{
	const struct child *c = least_busy(workers);
	bool hold =
	    c != NULL ? child_is_behind(c) : workers->pool.fill.is_queued;

	if (hold == workers->is_holding)
		return;
	workers->is_holding = hold;
	monitor_hold(workers->pool.monitor, hold);
}

/*
 * Sessions of workers that are gone, as many as there is time for.  It comes
 * before the next fork: each is in several pages, which have to be copied after
 * one.
 */
static void
sweep(void *owner)
{
	struct workers *workers = owner;
	struct monitor *m = workers->pool.monitor;
	bool goes_on;

	do
		goes_on = registry_sweep(m->registry, 1);
	while (goes_on && chore_has_time());
	if (goes_on)
		chore_add(m->loop, &workers->sweep);
}

/* Between events, so that nothing is forked in the middle of an answer. */
static void
on_prepare(struct ev_loop *loop, struct ev_prepare *prepare, int events)
{
	struct workers *workers = prepare->data;

	(void)events;
	if (workers->is_holding)
		update_hold(workers);
	if (!workers->pool.is_untidy)
		return;
	workers->pool.is_untidy = false;
	if (registry_has_gone(workers->pool.monitor->registry))
		chore_add(loop, &workers->sweep);
	if (!workers->pool.is_stopping)
		stop_idle(workers);
	pool_mend(&workers->pool);
}

static int
choose(struct workers *workers, struct child **ret)
{
	struct pool *pool = &workers->pool;

	*ret = least_busy(workers);
	if (*ret != NULL)
		return 0;
	return pool->count < PROCESSES_MAX && pool_grow(pool) ? -EINPROGRESS
							      : -EAGAIN;
}

/* Addresses for its backend connections, if the listener's have their own. */
static int
draw_sources(const struct monitor *m, struct message_client *client)
{
	const struct listen_config *l =
	    &m->generation->config->listeners[client->listener];
	struct session_entry *entry =
	    registry_find(m->registry, client->session);
	unsigned count = l->tls == LISTEN_EXPLICIT ? MESSAGE_SOURCES : 1;
	int r;

	if (!l->per_session)
		return 0;
	r = sources_draw(registry_sources(m->registry), count, entry->sources);
	for (unsigned i = 0; r == 0 && i < count; i++)
		client->sources[i] = sources_address(entry->sources[i]);
	return r;
}

static int
hand_over(struct workers *workers, struct child *c, struct message *m, int fd)
{
	struct message_client *client = &m->u.client;
	struct registry *registry = workers->pool.monitor->registry;
	int r = registry_add(
	    registry, client->session, c, client->listener, &client->peer);

	if (r < 0)
		return r;
	r = draw_sources(workers->pool.monitor, client);
	if (r == 0)
		r = child_tell(c, m, fd);
	if (r < 0) {
		registry_remove(
		    registry, registry_find(registry, client->session));
		return r;
	}
	if (client->is_proxied != 0)
		registry_await(
		    registry, registry_find(registry, client->session));
	c->tasks++;
	c->has_served = true;
	if (child_is_behind(c))
		update_hold(workers);
	return 0;
}

/* From outside */

struct workers *
workers_new(struct monitor *monitor)
{
	struct workers *workers = calloc(1, sizeof *workers);
	uint64_t *next;

	if (workers == NULL)
		return NULL;
	next = &workers->next_session;
	if (getrandom(next, sizeof *next, 0) != sizeof *next) {
		free(workers);
		return NULL;
	}
	pool_init(&workers->pool, &worker_kind, monitor, workers);
	ev_prepare_init(&workers->prepare, on_prepare);
	workers->prepare.data = workers;
	ev_prepare_start(monitor->loop, &workers->prepare);
	hearing_begin(&workers->hearing, &workers->pool);
	workers->sweep =
	    (struct chore){ .run = sweep, .owner = workers, .is_urgent = true };
	return workers;
}

struct workers *
workers_free(struct workers *workers)
{
	if (workers == NULL)
		return NULL;
	ev_prepare_stop(workers->pool.monitor->loop, &workers->prepare);
	hearing_end(&workers->hearing);
	chore_remove(workers->pool.monitor->loop, &workers->sweep);
	pool_done(&workers->pool);
	free(workers);
	return NULL;
}

int
workers_give(
    struct workers *workers, const struct message_client *client, int fd)
{
	struct message m = { .type = MESSAGE_CLIENT, .u.client = *client };
	struct child *c;
	int r;

	m.u.client.session = workers->next_session++;
	while ((r = choose(workers, &c)) == 0) {
		r = hand_over(workers, c, &m, fd);
		if (r != -EPIPE)
			return r;
		/* It is dead, which nobody has noticed yet: another one. */
		pool_kill(c);
	}
	update_hold(workers);
	return r;
}

void
workers_drain(struct workers *workers)
{
	worker_drain_all(&workers->pool);
}

void
workers_hear(struct workers *workers)
{
	worker_hear_all(&workers->pool, 0);
}

static struct child *
worker_of(const struct workers *workers, const struct session_entry *entry)
{
	struct child *c;

	LIST_FOREACH (c, &workers->pool.list, entry)
		if (c == entry->of->owner)
			return c;
	return NULL;
}

int
workers_tell(const struct workers *workers, const struct session_entry *entry,
    const struct message *m)
{
	struct child *c = worker_of(workers, entry);

	return c == NULL ? -ENOENT : child_tell(c, m, -1);
}

int
workers_pass(
    const struct workers *workers, const struct session_entry *entry, int fd)
{
	const struct message m = { .type = MESSAGE_DATA,
		.u.data = { entry->session } };
	struct child *c = worker_of(workers, entry);

	if (c == NULL)
		return -ENOENT;
	return child_is_behind(c) ? -EAGAIN : child_tell(c, &m, fd);
}

void
workers_renew(struct workers *workers)
{
	workers->pool.is_untidy = true;
	pool_renew(&workers->pool);
}

void
workers_connect(struct workers *workers, bool is_new)
{
	struct child *c;

	LIST_FOREACH (c, &workers->pool.list, entry) {
		if (c->is_lost || c->is_retired)
			continue;
		if (is_new)
			c->is_connected = false;
		worker_connect(c);
	}
}

void
workers_introduce(struct workers *workers)
{
	struct child *c;

	LIST_FOREACH (c, &workers->pool.list, entry)
		if (!c->is_lost)
			worker_introduce(c);
}

void
workers_abandoned(struct workers *workers, pid_t verifier)
{
	struct child *c;

	LIST_FOREACH (c, &workers->pool.list, entry)
		if (c->verifier == verifier)
			c->verifier = 0;
}

bool
workers_has(const struct workers *workers, const struct session_entry *entry,
    uint32_t worker)
{
	const struct child *c = worker_of(workers, entry);

	return c != NULL && c->pid == (pid_t)worker;
}

void
workers_refuse(struct workers *workers, uint32_t worker)
{
	struct child *c;

	LIST_FOREACH (c, &workers->pool.list, entry)
		if (c->pid == (pid_t)worker && !c->is_lost) {
			pool_kill(c);
			worker_blame(c);
			return;
		}
}

void
workers_address(
    struct workers *workers, const struct message_resolved *resolved)
{
	struct message m = { .type = MESSAGE_ADDRESS };
	struct child *c;

	m.u.address.listener = resolved->listener;
	memcpy(m.u.address.ip, resolved->ip, sizeof m.u.address.ip);
	/* Those that are retired have no new clients. */
	LIST_FOREACH (c, &workers->pool.list, entry)
		if (!c->is_lost && !c->is_retired && child_tell(c, &m, -1) < 0)
			log_warning("worker %ld: still has the old "
				    "passive-address",
			    (long)c->pid);
}

void
workers_stop(struct workers *workers, uint32_t grace_ms)
{
	pool_stop(&workers->pool, worker_stop, grace_ms,
	    grace_ms / 1000.0 + KILL_SECONDS);
}
