/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The worker's loop: takes clients and verdicts from the monitor, and tells it
 * of records.  All bytes of clients and backends stay in sessions.
 */
#include <config.h>
#include "helper/worker/worker.h"

#include <errno.h>
#include <ev.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/buffer.h"
#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/base/socket.h"
#include "helper/worker/session.h"
#include "helper/worker/tls/ktls.h"
#include "helper/worker/tls/tls.h"
#include "policy/decide.h"

/* The monitor answers in two seconds; this is for a monitor that does not. */
#define ANSWER_SECONDS  3.0
#define TRAFFIC_SECONDS 2.0
/* At a time, so that the monitor's channel has room for the rest. */
#define TRAFFIC_MESSAGES 256

/* A session by its id, in a tree of search.h; the id comes first. */
struct slot {
	uint64_t id;
	struct session *session;
	struct ev_timer unanswered;
	uint64_t serial; /* of its last question */
	uint64_t told;   /* bytes in and out that the monitor knows of */
};

/* More often than any daemon's limit for idle sessions. */
#define NOOP_SECONDS 20.

struct worker {
	struct session_host host; /* first: the host is the worker */
	int channel;
	struct ev_io watcher;
	struct ev_timer stop, grace, traffic;
	void *sessions; /* tsearch(3) tree of struct slot */
	size_t count;
	bool force, draining;
	int status;
};

static int
by_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static struct worker *
worker_of(struct session_host *host)
{
	return (struct worker *)(void *)host;
}

static struct slot *
find(struct worker *w, uint64_t id)
{
	void *node = tfind(&id, &w->sessions, by_id);

	return node == NULL ? NULL : *(struct slot **)node;
}

/* To the monitor */

/* Without the monitor there is nothing left to do. */
static void
give_up(struct worker *w)
{
	w->status = EXIT_FAILURE;
	ev_break(w->host.loop, EVBREAK_ALL);
}

static void
tell(struct worker *w, const struct message *m)
{
	if (message_send(w->channel, m, -1, NULL, 0) < 0)
		give_up(w);
}

static int
on_publish(struct session_host *host, uint64_t session,
    const struct stssl_connection *connection,
    const struct stssl_record *record, bool is_welcome)
{
	struct message m = { .type = MESSAGE_PUBLISH };
	int r;

	m.u.publish.session = session;
	m.u.publish.connection = *connection;
	m.u.publish.text_len = (uint32_t)record->len;
	m.u.publish.is_welcome = is_welcome;
	r = message_send(
	    worker_of(host)->channel, &m, -1, record->text, record->len);
	/* A monitor that is slow costs this session, not all of them. */
	if (r < 0 && r != -EAGAIN)
		give_up(worker_of(host));
	return r;
}

/* For who wants to know how much goes on: what has changed, now and then. */
struct telling {
	struct worker *worker;
	unsigned left; /* further ones have to wait for the next time */
};

/* Returns whether there was something to tell. */
static bool
tell_bytes(struct worker *w, struct slot *e)
{
	struct message m = { .type = MESSAGE_TRAFFIC };

	m.u.traffic.session = e->id;
	session_count(e->session, &m.u.traffic.in, &m.u.traffic.out);
	m.u.traffic.kernel_tls = e->session->kernel_tls;
	if (m.u.traffic.in + m.u.traffic.out == e->told)
		return false;
	e->told = m.u.traffic.in + m.u.traffic.out;
	tell(w, &m);
	return true;
}

static void
tell_traffic(const void *node, VISIT which, void *arg)
{
	struct telling *telling = arg;
	struct slot *e = *(struct slot *const *)node;

	if ((which == postorder || which == leaf) && e->session != NULL &&
	    telling->left > 0 && tell_bytes(telling->worker, e))
		telling->left--;
}

static void
on_traffic(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct worker *w = timer->data;
	struct telling telling = { w, TRAFFIC_MESSAGES };

	(void)loop;
	(void)events;
	twalk_r(w->sessions, tell_traffic, &telling);
}

static void
on_withdraw(struct session_host *host, uint64_t session)
{
	struct message m = { .type = MESSAGE_WITHDRAW };

	m.u.withdraw.session = session;
	tell(worker_of(host), &m);
}

static void
on_ask(struct session_host *host, uint64_t session, uint64_t serial,
    const char *user)
{
	struct message m = { .type = MESSAGE_ASK };
	struct slot *e = find(worker_of(host), session);
	size_t len = user == NULL ? 0 : strlen(user);

	if (e == NULL)
		return;
	e->serial = serial;
	ev_timer_stop(host->loop, &e->unanswered);
	ev_timer_set(&e->unanswered, ANSWER_SECONDS, 0.);
	ev_timer_start(host->loop, &e->unanswered);
	m.u.ask.session = session;
	m.u.ask.serial = serial;
	m.u.ask.whose = user == NULL;
	/* Nobody has the empty name, and nobody one that is too long. */
	if (user != NULL && len <= MESSAGE_USER_MAX)
		memcpy(m.u.ask.user, user, len);
	tell(worker_of(host), &m);
}

static int
on_check(
    struct session_host *host, uint64_t session, const void *der, size_t len)
{
	struct message m = { .type = MESSAGE_CHECK };
	int r;

	m.u.check.session = session;
	m.u.check.der_len = (uint32_t)len;
	r = message_send(worker_of(host)->channel, &m, -1, der, len);
	/* A monitor that is slow costs this question, not all sessions. */
	if (r < 0 && r != -EAGAIN)
		give_up(worker_of(host));
	return r;
}

static void
on_welcome(struct session_host *host, uint64_t session)
{
	struct message m = { .type = MESSAGE_WELCOME };

	m.u.welcome.session = session;
	tell(worker_of(host), &m);
}

static void
on_failed(struct session_host *host, uint64_t session, enum penalty_event event)
{
	struct message m = { .type = MESSAGE_FAILED };

	m.u.failed.session = session;
	m.u.failed.event = event;
	tell(worker_of(host), &m);
}

static void
on_closed(struct session_host *host, uint64_t session)
{
	struct worker *w = worker_of(host);
	struct message m = { .type = MESSAGE_CLOSED };
	struct slot *e = find(w, session);

	if (e != NULL && e->session != NULL)
		session_count(e->session, &m.u.closed.in, &m.u.closed.out);
	if (e != NULL) {
		ev_timer_stop(w->host.loop, &e->unanswered);
		(void)tdelete(e, &w->sessions, by_id);
		free(e);
		w->count--;
	}
	m.u.closed.session = session;
	tell(w, &m);
	if ((w->host.stopping || w->draining) && w->count == 0)
		ev_break(w->host.loop, EVBREAK_ALL);
}

/* From the monitor */

static void
on_unanswered(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	const struct slot *e = timer->data;
	const struct message_advice refusal = { .session = e->id,
		.serial = e->serial,
		.verdict = STSSL_VERDICT_REFUSE,
		.reason = STSSL_REASON_HELPER,
		.failure = STSSL_FAILURE_NONE };

	(void)loop;
	(void)events;
	log_warning("the monitor does not answer");
	session_advice(e->session, &refusal);
}

static void
take_client(struct worker *w, const struct message *m, int fd)
{
	struct slot *e;

	if (fd == -1 ||
	    m->u.client.listener >= w->host.config->listener_count) {
		give_up(w);
		return;
	}
	e = calloc(1, sizeof *e);
	if (e == NULL) {
		(void)close(fd);
		on_closed(&w->host, m->u.client.session);
		return;
	}
	e->id = m->u.client.session;
	ev_init(&e->unanswered, on_unanswered);
	e->unanswered.data = e;
	if (tsearch(e, &w->sessions, by_id) == NULL) {
		free(e);
		(void)close(fd);
		on_closed(&w->host, m->u.client.session);
		return;
	}
	w->count++;
	e->session = session_new(&w->host, &m->u.client, fd);
	if (e->session == NULL)
		on_closed(&w->host, m->u.client.session);
	else
		session_run(e->session);
}

static void
take_verdict(struct worker *w, const struct message *m, int fd)
{
	const struct slot *e = find(w, m->u.verdict.session);

	(void)fd;
	/* A session that has just ended needs no verdict. */
	if (e != NULL)
		session_verdict(e->session, &m->u.verdict);
}

static void
take_advice(struct worker *w, const struct message *m, int fd)
{
	struct slot *e = find(w, m->u.advice.session);

	(void)fd;
	if (e == NULL)
		return;
	if (m->u.advice.serial == e->serial)
		ev_timer_stop(w->host.loop, &e->unanswered);
	session_advice(e->session, &m->u.advice);
}

static void
take_checked(struct worker *w, const struct message *m, int fd)
{
	const struct slot *e = find(w, m->u.checked.session);

	(void)fd;
	if (m->u.checked.found >= X509_OCSP_COUNT)
		give_up(w);
	else if (e != NULL)
		session_checked(e->session, (enum x509_ocsp)m->u.checked.found);
}

static void
take_end(struct worker *w, const struct message *m, int fd)
{
	const struct slot *e = find(w, m->u.end.session);

	(void)fd;
	if (m->u.end.reason >= END_COUNT)
		give_up(w);
	else if (e != NULL)
		session_end_for(
		    e->session, (enum message_end_reason)m->u.end.reason);
}

static void
take_keys(struct worker *w, const struct message *m, int fd)
{
	(void)m;
	tls_context_connect(w->host.tls, fd);
}

static void
take_drain(struct worker *w, const struct message *m, int fd)
{
	(void)m;
	(void)fd;
	w->draining = true;
	if (w->count == 0)
		ev_break(w->host.loop, EVBREAK_ALL);
}

static void
take_address(struct worker *w, const struct message *m, int fd)
{
	const struct message_address *a = &m->u.address;
	const struct helper_config *config = w->host.config;

	(void)fd;
	if (a->listener >= config->listener_count ||
	    config->listeners[a->listener].passive_address == NULL)
		give_up(w);
	else
		memcpy(config->listeners[a->listener].passive_address->ip,
		    a->ip, sizeof a->ip);
}

/* twalk(3) forbids changes, so sessions are collected before they are ended. */
static struct session **collected;
static size_t collected_count;

static void
collect(const void *node, VISIT which, int depth)
{
	(void)depth;
	if (which == postorder || which == leaf)
		collected[collected_count++] =
		    (*(struct slot *const *)node)->session;
}

static void
stop_sessions(struct worker *w)
{
	collected = calloc(w->count + 1, sizeof(struct session *));
	if (collected == NULL) {
		give_up(w);
		return;
	}
	collected_count = 0;
	twalk(w->sessions, collect);
	for (size_t i = 0; i < collected_count; i++)
		session_stop(collected[i], w->force);
	free(collected);
	collected = NULL;
}

static void
on_stop(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct worker *w = timer->data;

	(void)events;
	stop_sessions(w);
	if (w->count == 0)
		ev_break(loop, EVBREAK_ALL);
}

static void
on_grace(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct worker *w = timer->data;

	(void)events;
	w->force = true;
	stop_sessions(w);
	ev_break(loop, EVBREAK_ALL);
}

static void
take_stop(struct worker *w, const struct message *m, int fd)
{
	(void)fd;
	if (w->host.stopping)
		return;
	w->host.stopping = true;
	ev_timer_set(&w->grace, m->u.stop.grace_ms / 1000., 0.);
	ev_timer_start(w->host.loop, &w->grace);
	/* Not from here: a session may be what is listening just now. */
	ev_timer_start(w->host.loop, &w->stop);
}

static void (*const handlers[MESSAGE_COUNT])(
    struct worker *w, const struct message *m, int fd) = {
	[MESSAGE_CLIENT] = take_client,
	[MESSAGE_VERDICT] = take_verdict,
	[MESSAGE_ADVICE] = take_advice,
	[MESSAGE_CHECKED] = take_checked,
	[MESSAGE_STOP] = take_stop,
	[MESSAGE_ADDRESS] = take_address,
	[MESSAGE_END] = take_end,
	[MESSAGE_DRAIN] = take_drain,
	[MESSAGE_KEYS] = take_keys,
};

static void
on_listen(struct session_host *host)
{
	struct worker *w = worker_of(host);

	for (;;) {
		struct message m;
		int fd = -1, r;

		r = message_receive(w->channel, SENDER_MONITOR, &m, &fd, NULL);
		if (r == -EAGAIN)
			return;
		if (r == -EMFILE && m.type == MESSAGE_CLIENT) {
			log_warning("out of descriptors, a client is lost");
			on_closed(host, m.u.client.session);
			continue;
		}
		if (r < 0 || handlers[m.type] == NULL) {
			give_up(w);
			return;
		}
		handlers[m.type](w, &m, fd);
	}
}

static void
on_channel(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	on_listen(watcher->data);
}

static void
worker_done(struct worker *w)
{
	w->force = true;
	stop_sessions(w);
	socket_linger_done(w->host.loop);
	buffer_done();
	ev_io_stop(w->host.loop, &w->watcher);
	ev_timer_stop(w->host.loop, &w->stop);
	ev_timer_stop(w->host.loop, &w->grace);
	ev_timer_stop(w->host.loop, &w->traffic);
	ev_loop_destroy(w->host.loop);
}

/*
 * A worker that could reach sockets of this machine could reach the status
 * socket, as the helper's own user.
 */
static int
enter_sandbox(const struct helper_config *config)
{
	struct sandbox sandbox = sandbox_worker;

	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].backend.u.sa.sa_family == AF_UNIX)
			sandbox.rights |= SANDBOX_LOCAL;
	return sandbox_enter(&sandbox);
}

/* What the kernel has when the worker starts is what counts for all its time. */
static bool
has_kernel_tls(const struct helper_config *config)
{
	int r;

	if (config->tls.kernel == KERNEL_TLS_OFF)
		return false;
	r = ktls_probe();
	if (r < 0)
		log_info("kernel-tls=no why=\"%s\"", strerror(-r));
	else
		log_info("kernel-tls=yes");
	return r == 0;
}

int
worker_main(
    const struct helper_config *config, struct tls_context *tls, int channel)
{
	struct worker w = {
		.host = { .loop = ev_loop_new(EVFLAG_AUTO),
		    .config = config,
		    .tls = tls,
		    .tickets = tls_context_tickets(tls),
		    .publish = on_publish,
		    .withdraw = on_withdraw,
		    .ask = on_ask,
		    .check = on_check,
		    .listen = on_listen,
		    .failed = on_failed,
		    .welcome = on_welcome,
		    .closed = on_closed },
		.channel = channel,
		.status = EXIT_SUCCESS,
	};

	if (w.host.loop == NULL) {
		log_error("no event loop");
		return EXIT_FAILURE;
	}
	if (enter_sandbox(config) < 0)
		return EXIT_FAILURE;
	w.host.noop_seconds = NOOP_SECONDS;
	w.host.kernel_tls = has_kernel_tls(config);
	ev_io_init(&w.watcher, on_channel, channel, EV_READ);
	w.watcher.data = &w.host;
	ev_io_start(w.host.loop, &w.watcher);
	ev_timer_init(&w.stop, on_stop, 0., 0.);
	ev_timer_init(&w.grace, on_grace, 0., 0.);
	ev_timer_init(&w.traffic, on_traffic, TRAFFIC_SECONDS, TRAFFIC_SECONDS);
	ev_timer_start(w.host.loop, &w.traffic);
	w.stop.data = w.grace.data = w.traffic.data = &w;
	ev_run(w.host.loop, 0);
	worker_done(&w);
	return w.status;
}
