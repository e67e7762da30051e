/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Supervision of the workers.  A worker is lost when its channel ends or it
 * says something impossible; from that moment its records are gone, whatever
 * its process still does.
 */
#include <config.h>
#include "helper/monitor/children/workers.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/monitor/children/child.h"
#include "helper/monitor/children/keyline.h"
#include "helper/monitor/children/spawn.h"
#include "helper/monitor/registry/inbox.h"

#define PROCESSES_MAX 4096
#define KILL_SECONDS  2.0

struct workers {
	struct workers_params params;
	unsigned wanted;
	struct child *list;
	size_t count; /* of processes, lost ones too */
	uint64_t next_session;
	bool is_stopping;
	bool is_holding; /* see update_hold() */
	bool is_untidy;  /* see tidy() */
	ev_tstamp delay; /* before the next start; 0 after a good one */
	struct ev_prepare prepare;
	struct ev_timer respawn;
	struct ev_timer killer;
};

/*
 * Without those that stop.  A lost one counts until it is reaped: only then is
 * it known whether the next has to wait.
 */
static size_t
count_present(const struct workers *workers)
{
	size_t n = 0;

	for (const struct child *c = workers->list; c != NULL; c = c->next)
		n += c->state != CHILD_STOPPING;
	return n;
}

/* Before its sessions are gone: whose doing its end may have been. */
static void
suspect(const struct workers *workers, struct child *c)
{
	if (c->state != CHILD_LOST)
		c->has_suspect = registry_source_of(
		    workers->params.registry, c, &c->suspect);
}

static void
blame(const struct workers *workers, struct child *c)
{
	if (c->has_suspect)
		workers->params.crashed(workers->params.owner, &c->suspect);
	c->has_suspect = false;
}

/* Nothing it says or said counts any more. */
static void
kill_child(struct workers *workers, struct child *c)
{
	suspect(workers, c);
	registry_remove_owner(workers->params.registry, c);
	child_kill(c);
	workers->is_untidy = true;
}

static void
drain(struct workers *workers, struct child *c)
{
	struct inbox in = { .registry = workers->params.registry,
		.config = workers->params.config,
		.worker = c,
		.is_older = c->state == CHILD_STOPPING,
		.channel = c->channel,
		.asked = workers->params.asked,
		.check = workers->params.check,
		.failed = workers->params.failed,
		.owner = workers->params.owner };
	int r;

	if (c->state == CHILD_LOST)
		return;
	r = inbox_drain(&in);
	assert(in.closed <= c->sessions);
	c->sessions -= in.closed;
	if (in.closed > 0)
		workers->is_untidy = true;
	/* After a lie it is killed even while it stops. */
	if (r == -EBADMSG)
		(void)kill(c->pid, SIGKILL);
	if (r < 0)
		kill_child(workers, c);
	/* Who has made it lie has done no less than who has made it crash. */
	if (r == -EBADMSG)
		blame(workers, c);
}

static void
readable(struct child *c)
{
	struct workers *workers = c->owner;

	drain(workers, c);
	/* Who holds that connection may have said already that it is free. */
	if (registry_is_unsettled(workers->params.registry))
		workers_drain(workers);
}

static void
ended(struct child *c)
{
	struct workers *workers = c->owner;

	child_log_end(c);
	suspect(workers, c);
	if (child_has_crashed(c))
		blame(workers, c);
	workers->delay = child_delay(c, workers->delay);
	registry_remove_owner(workers->params.registry, c);
	child_free(c, &workers->list);
	workers->count--;
	workers->is_untidy = true;
}

/* In the child.  `arg` is on start()'s stack: the workers are freed here. */
static void
forget(void *arg)
{
	const struct workers_params *params = arg;

	params->forget(params->owner);
}

static int
run(void *arg, int channel)
{
	const struct workers_params *params = arg;

	return params->run(params->config, params->tls, channel);
}

static void
connect_line(struct workers *workers, struct child *c)
{
	if (!c->is_connected)
		c->is_connected = workers->params.connect(
		    workers->params.owner, (uint32_t)c->pid, c->line);
}

static int
start(struct workers *workers)
{
	struct workers_params params = workers->params;
	struct child *c;
	int channel, r;
	pid_t pid =
	    spawn(params.loop, "worker", forget, run, &params, &channel);

	if (pid < 0)
		return (int)pid;
	c = child_new(params.loop, "worker", pid, channel, &workers->list);
	if (c == NULL) {
		/* Without its channel it ends. */
		(void)close(channel);
		return -ENOMEM;
	}
	c->readable = readable;
	c->ended = ended;
	c->owner = workers;
	workers->count++;
	r = keyline_open(c);
	if (r < 0) {
		kill_child(workers, c);
		return r;
	}
	connect_line(workers, c);
	log_debug("worker %ld: started", (long)pid);
	return 0;
}

static void
wait_to_respawn(struct workers *workers)
{
	log_info("next worker in %.1f s", workers->delay);
	ev_timer_set(&workers->respawn, workers->delay, 0);
	ev_timer_start(workers->params.loop, &workers->respawn);
}

/* Returns 0, or why no more could be started. */
static int
start_missing(struct workers *workers)
{
	size_t present = count_present(workers);
	int r = 0;

	for (; r == 0 && present < workers->wanted; present++)
		r = start(workers);
	return r;
}

static void
on_respawn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct workers *workers = timer->data;
	int r = start_missing(workers);

	(void)loop;
	(void)events;
	if (r == 0)
		return;
	(void)log_errno(r, "cannot start a worker");
	workers->delay = CHILD_DELAY_MAX;
	wait_to_respawn(workers);
}

/* With one session for each a worker is used once; others when too many. */
static void
stop_idle(struct workers *workers)
{
	size_t present = count_present(workers);
	bool once = workers->params.config->sessions_per_worker == 1;

	for (struct child *c = workers->list; c != NULL; c = c->next) {
		if (c->state != CHILD_RUNNING || c->sessions > 0 ||
		    !c->has_served || (!once && present <= workers->wanted))
			continue;
		child_stop(c, 0);
		present--;
	}
}

/* Done between events, so that nobody forks in the middle of an answer. */
static void
tidy(struct workers *workers)
{
	if (workers->is_stopping) {
		if (workers->list == NULL)
			workers->params.stopped(workers->params.owner);
		return;
	}
	stop_idle(workers);
	if (ev_is_active(&workers->respawn) ||
	    count_present(workers) >= workers->wanted)
		return;
	if (workers->delay > 0)
		wait_to_respawn(workers);
	else
		on_respawn(workers->params.loop, &workers->respawn, 0);
}

/* Of two that could take a client: who reads, and of those who has fewer. */
static bool
is_better(const struct child *a, const struct child *b)
{
	if (child_is_behind(a) != child_is_behind(b))
		return child_is_behind(b);
	return a->sessions < b->sessions;
}

/* The one to take the next client; NULL when all are full. */
static struct child *
least_busy(const struct workers *workers)
{
	struct child *best = NULL;

	for (struct child *c = workers->list; c != NULL; c = c->next) {
		if (c->state == CHILD_RUNNING &&
		    c->sessions < workers->params.config->sessions_per_worker &&
		    (best == NULL || is_better(c, best)))
			best = c;
	}
	return best;
}

/*
 * Clients wait in the backlog rather than in here while all who could take them
 * have yet to read of those they have got.
 */
static void
update_hold(struct workers *workers)
{
	const struct child *c = least_busy(workers);
	bool hold = c != NULL && child_is_behind(c);

	if (hold == workers->is_holding)
		return;
	workers->is_holding = hold;
	workers->params.hold(workers->params.owner, hold);
}

static void
on_prepare(struct ev_loop *loop, struct ev_prepare *prepare, int events)
{
	struct workers *workers = prepare->data;

	(void)loop;
	(void)events;
	if (workers->is_holding)
		update_hold(workers);
	if (!workers->is_untidy)
		return;
	workers->is_untidy = false;
	tidy(workers);
}

static void
on_killer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	const struct workers *workers = timer->data;

	(void)loop;
	(void)events;
	for (const struct child *c = workers->list; c != NULL; c = c->next)
		(void)kill(c->pid, SIGKILL);
}

static int
choose(struct workers *workers, struct child **ret)
{
	struct child *c = least_busy(workers);
	int r;

	if (c == NULL) {
		if (workers->is_stopping || ev_is_active(&workers->respawn) ||
		    workers->count >= PROCESSES_MAX)
			return -EAGAIN;
		r = start(workers);
		if (r < 0)
			return r;
		c = workers->list;
	}
	*ret = c;
	return 0;
}

static int
hand_over(
    struct workers *workers, struct child *c, const struct message *m, int fd)
{
	const struct message_client *client = &m->u.client;
	struct registry *registry = workers->params.registry;
	int r = registry_add(
	    registry, client->session, c, client->listener, &client->peer);

	if (r < 0)
		return r;
	r = child_tell(c, m, fd);
	if (r < 0) {
		registry_remove(
		    registry, registry_find(registry, client->session));
		return r;
	}
	c->sessions++;
	c->has_served = true;
	if (child_is_behind(c))
		update_hold(workers);
	return 0;
}

static unsigned
wanted(const struct helper_config *config)
{
	long cpus;

	if (config->workers > 0)
		return config->workers;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	return cpus > 0 ? (unsigned)cpus : 1;
}

struct workers *
workers_new(const struct workers_params *params)
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
	workers->params = *params;
	workers->wanted = wanted(params->config);
	ev_init(&workers->respawn, on_respawn);
	ev_init(&workers->killer, on_killer);
	ev_prepare_init(&workers->prepare, on_prepare);
	workers->respawn.data = workers;
	workers->killer.data = workers;
	workers->prepare.data = workers;
	ev_prepare_start(params->loop, &workers->prepare);
	return workers;
}

struct workers *
workers_free(struct workers *workers)
{
	if (workers == NULL)
		return NULL;
	while (workers->list != NULL)
		child_free(workers->list, &workers->list);
	ev_timer_stop(workers->params.loop, &workers->respawn);
	ev_timer_stop(workers->params.loop, &workers->killer);
	ev_prepare_stop(workers->params.loop, &workers->prepare);
	free(workers);
	return NULL;
}

int
workers_start(struct workers *workers)
{
	return start_missing(workers);
}

int
workers_give(struct workers *workers, uint32_t listener, int fd,
    const struct stssl_address *peer, const struct stssl_address *local)
{
	struct message m = { .type = MESSAGE_CLIENT };
	struct child *c;
	int r;

	m.u.client.session = workers->next_session++;
	m.u.client.listener = listener;
	m.u.client.peer = *peer;
	m.u.client.local = *local;
	do {
		r = choose(workers, &c);
		if (r < 0)
			return r;
		r = hand_over(workers, c, &m, fd);
		/* It is dead, and nobody has noticed yet: another one. */
		if (r == -EPIPE)
			kill_child(workers, c);
	} while (r == -EPIPE);
	return r;
}

void
workers_drain(struct workers *workers)
{
	size_t dropped;

	for (struct child *c = workers->list; c != NULL; c = c->next)
		drain(workers, c);
	dropped = registry_settle(workers->params.registry);
	if (dropped > 0)
		log_error("%zu records published for connections of others "
			  "are dropped",
		    dropped);
}

/* To the worker of a session. */
static int
tell(const struct workers *workers, const struct session_entry *entry,
    const struct message *m)
{
	for (struct child *c = workers->list; c != NULL; c = c->next)
		if (c == entry->owner)
			return child_tell(c, m, -1);
	return -ENOENT;
}

int
workers_verdict(struct workers *workers, const struct session_entry *entry,
    enum stssl_verdict verdict, bool data_private)
{
	const struct message m = { .type = MESSAGE_VERDICT,
		.u.verdict = { entry->session, verdict, data_private } };

	return tell(workers, entry, &m);
}

int
workers_advice(struct workers *workers, const struct session_entry *entry,
    const struct message_advice *advice)
{
	const struct message m = { .type = MESSAGE_ADVICE,
		.u.advice = *advice };

	return tell(workers, entry, &m);
}

int
workers_checked(struct workers *workers, const struct session_entry *entry,
    enum x509_ocsp found)
{
	const struct message m = { .type = MESSAGE_CHECKED,
		.u.checked = { .session = entry->session, .found = found } };

	return tell(workers, entry, &m);
}

int
workers_renew(struct workers *workers, const struct helper_config *config,
    struct tls_context *tls)
{
	int r;

	workers->params.config = config;
	workers->params.tls = tls;
	workers->wanted = wanted(config);
	workers->is_untidy = true;
	for (struct child *c = workers->list; c != NULL; c = c->next)
		if (c->state == CHILD_RUNNING) {
			child_drain(c);
			/* Its keyholder will not be replaced. */
			keyline_close(c);
		}
	r = start_missing(workers);
	return r < 0 ? log_errno(r, "cannot start a worker") : 0;
}

void
workers_connect(struct workers *workers, bool is_new)
{
	for (struct child *c = workers->list; c != NULL; c = c->next) {
		if (c->state != CHILD_RUNNING)
			continue;
		if (is_new)
			c->is_connected = false;
		connect_line(workers, c);
	}
}

void
workers_refuse(struct workers *workers, uint32_t worker)
{
	for (struct child *c = workers->list; c != NULL; c = c->next)
		if (c->pid == (pid_t)worker && c->state != CHILD_LOST) {
			(void)kill(c->pid, SIGKILL);
			kill_child(workers, c);
			blame(workers, c);
			return;
		}
}

int
workers_end(struct workers *workers, const struct session_entry *entry,
    enum message_end_reason reason)
{
	const struct message m = { .type = MESSAGE_END,
		.u.end = { .session = entry->session, .reason = reason } };

	return tell(workers, entry, &m);
}

void
workers_address(
    struct workers *workers, const struct message_resolved *resolved)
{
	struct message m = { .type = MESSAGE_ADDRESS };

	m.u.address.listener = resolved->listener;
	memcpy(m.u.address.ip, resolved->ip, sizeof m.u.address.ip);
	/* Who is lost or stops does not need it. */
	for (struct child *c = workers->list; c != NULL; c = c->next)
		if (c->state == CHILD_RUNNING && child_tell(c, &m, -1) < 0)
			log_warning("worker %ld: still has the old "
				    "passive-address",
			    (long)c->pid);
}

bool
workers_are_gone(const struct workers *workers)
{
	return workers->list == NULL;
}

void
workers_stop(struct workers *workers, uint32_t grace_ms)
{
	workers->is_stopping = true;
	workers->is_untidy = true;
	ev_timer_stop(workers->params.loop, &workers->respawn);
	for (struct child *c = workers->list; c != NULL; c = c->next)
		child_stop(c, grace_ms);
	ev_timer_stop(workers->params.loop, &workers->killer);
	ev_timer_set(&workers->killer, grace_ms / 1000.0 + KILL_SECONDS, 0);
	ev_timer_start(workers->params.loop, &workers->killer);
}
