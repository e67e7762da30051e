/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The worker's loop: takes clients and verdicts from the monitor, and tells it
 * of records.  All bytes of clients and backends stay in sessions.
 */
#include <config.h>
#include "helper/worker/worker.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/buffer.h"
#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/base/socket.h"
#include "helper/worker/pace.h"
#include "helper/worker/session.h"
#include "helper/worker/tls/prover.h"
#include "helper/worker/tls/tls.h"

#define TRAFFIC_SECONDS 2.
/* At a time, so that the monitor's channel has room for the rest. */
#define TRAFFIC_MESSAGES 256
/* More often than any daemon's limit for idle sessions. */
#define NOOP_SECONDS 20.

struct worker {
	struct session_host host; /* first: the host is the worker */
	struct ev_io watcher;
	struct ev_timer stop, grace, traffic;
	struct pace pace; /* of the monitor's messages */
};

/* From the monitor */

static void
take_client(struct worker *w, const struct message *m, int fd)
{
	const struct message_client *client = &m->u.client;
	struct session *s;

	if (fd == -1 || client->listener >= w->host.config->listener_count) {
		host_give_up(&w->host);
		return;
	}
	s = session_new(&w->host, client, fd);
	if (s == NULL)
		host_tell_closed(&w->host, client->session, 0, 0);
	else if (host_add(&w->host, s) < 0)
		session_kill(s);
	else
		session_run(s);
}

static void
take_admitted(struct worker *w, const struct message *m, int fd)
{
	struct session *s = host_find(&w->host, m->u.admitted.session);

	(void)fd;
	if (s != NULL)
		session_admitted(s);
}

static void
take_verdict(struct worker *w, const struct message *m, int fd)
{
	struct session *s = host_find(&w->host, m->u.verdict.session);

	(void)fd;
	/* A session that has just ended needs no verdict. */
	if (s != NULL)
		session_verdict(s, &m->u.verdict);
}

static void
take_advice(struct worker *w, const struct message *m, int fd)
{
	struct session *s = host_find(&w->host, m->u.advice.session);

	(void)fd;
	if (s != NULL)
		session_advice(s, &m->u.advice);
}

static void
take_checked(struct worker *w, const struct message *m, int fd)
{
	struct session *s = host_find(&w->host, m->u.checked.session);

	(void)fd;
	if (m->u.checked.found >= X509_OCSP_COUNT)
		host_give_up(&w->host);
	else if (s != NULL)
		session_checked(s, (enum x509_ocsp)m->u.checked.found);
}

static void
take_end(struct worker *w, const struct message *m, int fd)
{
	struct session *s = host_find(&w->host, m->u.end.session);

	(void)fd;
	if (m->u.end.reason >= END_COUNT)
		host_give_up(&w->host);
	else if (s != NULL)
		session_end_for(s, (enum message_end_reason)m->u.end.reason);
}

static void
take_data(struct worker *w, const struct message *m, int fd)
{
	struct session *s = host_find(&w->host, m->u.data.session);

	if (s != NULL)
		session_data(s, fd);
	else
		(void)close(fd);
}

static void
take_keys(struct worker *w, const struct message *m, int fd)
{
	(void)m;
	tls_context_connect(w->host.tls, fd);
}

/* From the verifier: a session that has just ended needs no answer. */
static void
hear_proof(void *owner, const struct proof_answer *answer)
{
	struct worker *w = owner;
	struct session *s;

	if (answer != NULL) {
		s = host_find(&w->host, answer->session);
		if (s != NULL)
			session_proven(s, answer);
		return;
	}
	TAILQ_FOREACH (s, &w->host.sessions, others)
		session_proven(s, NULL);
}

static void
take_verifier(struct worker *w, const struct message *m, int fd)
{
	(void)m;
	prover_connect(
	    tls_context_prover(w->host.tls), w->host.loop, fd, hear_proof, w);
}

static void
take_drain(struct worker *w, const struct message *m, int fd)
{
	(void)m;
	(void)fd;
	w->host.is_draining = true;
	if (w->host.count == 0)
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
		host_give_up(&w->host);
	else
		memcpy(config->listeners[a->listener].passive_address->ip,
		    a->ip, sizeof a->ip);
}

/* A session takes itself off the list, and no other, when it ends. */
static void
stop_sessions(struct worker *w, bool force)
{
	struct session *s = TAILQ_FIRST(&w->host.sessions);

	while (s != NULL) {
		struct session *next = TAILQ_NEXT(s, others);

		session_stop(s, force);
		s = next;
	}
}

/* Tell the monitor whose bytes have become more since the last time. */
static void
tell_traffic(struct session_host *host)
{
	unsigned left = TRAFFIC_MESSAGES;

	/* Those that are looked at now come last the next time. */
	for (size_t i = 0; i < host->count && left > 0; i++) {
		struct session *s = TAILQ_FIRST(&host->sessions);
		uint64_t in, out;

		TAILQ_REMOVE(&host->sessions, s, others);
		TAILQ_INSERT_TAIL(&host->sessions, s, others);
		session_count(s, &in, &out);
		if (host_tell_traffic(s, in, out))
			left--;
	}
}

static void
on_traffic(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct session_host *host = timer->data;

	(void)loop;
	(void)events;
	tell_traffic(host);
	prover_refresh(tls_context_prover(host->tls));
}

static void
on_stop(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct worker *w = timer->data;

	(void)events;
	stop_sessions(w, false);
	if (w->host.count == 0)
		ev_break(loop, EVBREAK_ALL);
}

static void
on_grace(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct worker *w = timer->data;

	(void)events;
	stop_sessions(w, true);
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
	[MESSAGE_ADMITTED] = take_admitted,
	[MESSAGE_VERDICT] = take_verdict,
	[MESSAGE_ADVICE] = take_advice,
	[MESSAGE_CHECKED] = take_checked,
	[MESSAGE_STOP] = take_stop,
	[MESSAGE_ADDRESS] = take_address,
	[MESSAGE_END] = take_end,
	[MESSAGE_DATA] = take_data,
	[MESSAGE_DRAIN] = take_drain,
	[MESSAGE_KEYS] = take_keys,
	[MESSAGE_VERIFIER] = take_verifier,
};

/* One message.  False when there is none. */
static bool
listen_once(struct worker *w)
{
	struct message m;
	int fd = -1, r;

	r = message_receive(w->host.channel, SENDER_MONITOR, &m, &fd, NULL);
	if (r == -EAGAIN)
		return false;
	if (r == -EMFILE && m.type == MESSAGE_CLIENT) {
		log_warning("out of descriptors, a client is lost");
		host_tell_closed(&w->host, m.u.client.session, 0, 0);
	} else if (r == -EMFILE && m.type == MESSAGE_DATA) {
		log_warning("out of descriptors, data are lost");
	} else if (r < 0 || handlers[m.type] == NULL) {
		host_give_up(&w->host);
		return false;
	} else {
		handlers[m.type](w, &m, fd);
	}
	return true;
}

void
host_listen(struct session_host *host)
{
	struct worker *w = (struct worker *)(void *)host;

	while (listen_once(w))
		continue;
}

static void
on_channel(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct worker *w = watcher->data;
	const unsigned most = pace_of(&w->pace, ev_iteration(loop));
	unsigned n = 0;

	(void)events;
	while (n < most && listen_once(w))
		n++;
	pace_read(&w->pace, n);
}

static void
worker_done(struct worker *w)
{
	stop_sessions(w, true);
	prover_disconnect(tls_context_prover(w->host.tls));
	socket_linger_done(w->host.loop);
	buffer_done();
	ev_io_stop(w->host.loop, &w->watcher);
	ev_timer_stop(w->host.loop, &w->stop);
	ev_timer_stop(w->host.loop, &w->grace);
	ev_timer_stop(w->host.loop, &w->traffic);
	host_done(&w->host);
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

int
worker_main(const struct helper_config *config, struct tls_context *tls,
    int channel, struct ring *ring)
{
	struct worker w = {
		.host = { .loop = ev_loop_new(EVFLAG_AUTO),
		    .config = config,
		    .tls = tls,
		    .tickets = tls_context_tickets(tls),
		    .noop_seconds = NOOP_SECONDS,
		    .channel = channel,
		    .status = EXIT_SUCCESS },
	};

	if (w.host.loop == NULL) {
		log_error("no event loop");
		return EXIT_FAILURE;
	}
	if (enter_sandbox(config) < 0)
		return EXIT_FAILURE;
	TAILQ_INIT(&w.host.sessions);
	if (config->tls.kernel != KERNEL_TLS_OFF)
		host_ask_kernel(&w.host);
	host_begin(&w.host, ring);
	ev_io_init(&w.watcher, on_channel, channel, EV_READ);
	ev_io_start(w.host.loop, &w.watcher);
	ev_timer_init(&w.stop, on_stop, 0., 0.);
	ev_timer_init(&w.grace, on_grace, 0., 0.);
	ev_timer_init(&w.traffic, on_traffic, TRAFFIC_SECONDS, TRAFFIC_SECONDS);
	ev_timer_start(w.host.loop, &w.traffic);
	w.watcher.data = w.stop.data = w.grace.data = &w;
	w.traffic.data = &w.host;
	ev_run(w.host.loop, 0);
	worker_done(&w);
	return w.host.status;
}
