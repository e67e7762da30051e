/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A verifier speaks of sessions as its workers name them: what it says counts
 * for sessions of that very worker only.
 */
#include <config.h>
#include "helper/monitor/children/verifiers.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/pool.h"
#include "helper/verifier/judge.h"
#include "helper/verifier/verifier.h"
#include "helper/worker/tls/tls.h"

#define KILL_SECONDS 2.
/* A signature that comes so much later was not made for this handshake. */
#define MORE_SECONDS 10
/* More than the channel can hold: who writes without end keeps nobody. */
#define BATCH 2048

struct verifiers {
	struct pool pool;
};

/* In the new process: what it needs of the rest, which it forgets. */
static struct judge *judge;

static size_t
wanted(const struct helper_config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].client_certificate != CLIENT_NONE)
			return 1;
	return 0;
}

static unsigned
seconds_of(const struct helper_config *config)
{
	unsigned seconds = 0;

	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].handshake_seconds > seconds)
			seconds = config->listeners[i].handshake_seconds;
	return PROOF_NONCE_SECONDS + seconds + PROOF_EDGE_SECONDS +
	       MORE_SECONDS;
}

static void
gather(const struct pool *pool)
{
	const struct generation *g = pool->monitor->generation;
	const unsigned *algorithms;
	size_t count = tls_context_algorithms(g->tls, &algorithms), len;
	const void *der;

	judge = judge_new(algorithms, count, seconds_of(g->config));
	for (unsigned i = 0;
	     judge != NULL && tls_context_server(g->tls, i, &der, &len); i++)
		if (judge_add_server(judge, der, len) < 0)
			judge = judge_free(judge);
}

static int
run(const struct generation *g, int channel, struct ring *ring)
{
	const struct verifier_facts facts = { .judge = judge,
		.store = tls_context_store(g->tls),
		.tells_chain = g->config->tls.ocsp != OCSP_OFF };
	int status;

	(void)ring;
	if (judge == NULL)
		return EXIT_FAILURE;
	status = verifier_main(&facts, channel);
	judge = judge_free(judge);
	return status;
}

/* The one that counts; NULL when there is none. */
static struct child *
current(const struct verifiers *v)
{
	struct child *c;

	LIST_FOREACH (c, &v->pool.list, entry)
		if (!c->is_lost && !c->is_retired)
			break;
	return c;
}

/* What they say */

static void
end_liar(struct verifiers *v, uint32_t worker, const char *what)
{
	log_error(
	    "worker %lu: hands in a handshake %s", (unsigned long)worker, what);
	monitor_refused(v->pool.monitor, worker);
}

/* NULL: it is gone, or the worker has named another one's, and is ended. */
static struct session_entry *
session_of(struct verifiers *v, uint64_t session, uint32_t worker)
{
	struct session_entry *entry =
	    registry_find(v->pool.monitor->registry, session);

	if (entry == NULL || monitor_is_worker(v->pool.monitor, entry, worker))
		return entry;
	end_liar(v, worker, "of another one's session");
	return NULL;
}

/*
 * A foreign nonce says nothing of the handshake's age: that is the Server's to
 * judge, which logs the client in.
 */
static int
take_proof(
    struct verifiers *v, const struct message_proven *m, const char *text)
{
	const struct helper_config *config =
	    v->pool.monitor->generation->config;
	struct session_entry *entry = session_of(v, m->session, m->worker);

	if (entry == NULL)
		return 0;
	if (m->is_foreign == 0 ||
	    config->listeners[entry->listener].link_to.count > 0)
		return proof_take(&entry->proof, m, text);
	end_liar(v, m->worker, "that another machine has to judge");
	return 0;
}

static int
take(struct verifiers *v, struct child *c, const struct message *m,
    const char *more)
{
	struct session_entry *entry;

	c->has_served = true;
	if (m->type == MESSAGE_CHAIN) {
		entry = session_of(v, m->u.chain.session, m->u.chain.worker);
		if (entry != NULL && proof_ask(&entry->proof))
			monitor_check(
			    v->pool.monitor, entry, more, m->u.chain.der_len);
		return 0;
	}
	return take_proof(v, &m->u.proven, more);
}

/* One message.  Returns 0, or what message_receive() says. */
static int
receive(struct child *c)
{
	static char more[MESSAGE_MORE_MAX];
	struct message m;
	int fd, r;

	r = message_receive(c->channel, SENDER_VERIFIER, &m, &fd, more);
	if (r == 0)
		r = take(c->pool->owner, c, &m, more);
	if (r == -EBADMSG)
		log_error("impossible message from the verifier");
	return r;
}

static void
drain(struct child *c)
{
	int r = 0;

	for (int i = 0; r == 0 && i < BATCH && !c->is_lost; i++)
		r = receive(c);
	if (r == -EBADMSG)
		pool_kill(c);
	else if (r < 0 && r != -EAGAIN && r != -ENOMEM)
		pool_lose(c);
}

/*
 * What it has said before its end counts.  Those who are left get the one that
 * is in use, also old workers: it verifies their handshakes as long as the
 * server's certificate is still one of ours.
 */
static void
ended(struct child *c)
{
	while (!c->is_lost && receive(c) == 0)
		;
	pool_lose(c);
	monitor_abandoned(c->pool->monitor, c->pid);
	if (!c->pool->is_stopping)
		monitor_introduce_workers(c->pool->monitor);
}

void
verifiers_drain(struct verifiers *v)
{
	struct child *c;

	LIST_FOREACH (c, &v->pool.list, entry)
		drain(c);
}

/* Their lines */

static int
started(struct child *c)
{
	log_info("verifier %ld: gives nonces", (long)c->pid);
	/* Those that have an older one keep it. */
	monitor_introduce_workers(c->pool->monitor);
	return 0;
}

static void
retry(struct monitor *monitor)
{
	monitor_introduce_workers(monitor);
}

/* Each gets an end, or nobody keeps one. */
static int
connect_both(struct child *verifier, struct child *worker)
{
	struct message m = { .type = MESSAGE_VERIFIER };
	int ends[2], r;

	m.u.verifier.worker = (uint32_t)worker->pid;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return -errno;
	r = child_tell(verifier, &m, ends[0]);
	if (r == 0)
		r = child_tell(worker, &m, ends[1]);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return r;
}

void
verifiers_introduce(struct verifiers *v, struct child *worker)
{
	struct child *c = current(v);
	int r;

	if (c == NULL)
		return;
	r = connect_both(c, worker);
	if (r == 0)
		worker->verifier = c->pid;
	else if (r != -EPIPE)
		pool_retry(&v->pool);
}

/* It serves the workers that it has. */
static void
retire(struct child *c)
{
	const struct message m = { .type = MESSAGE_DRAIN };

	if (c->is_lost)
		return;
	if (child_tell(c, &m, -1) < 0)
		pool_kill(c);
	c->is_retired = true;
}

static const struct pool_kind kind = {
	.role = ROLE_VERIFIER,
	.name = "verifier",
	.a_name = "a verifier",
	.wanted = wanted,
	.gather = gather,
	.run = run,
	.started = started,
	.readable = drain,
	.ended = ended,
	.retire = retire,
	.retry = retry,
};

struct verifiers *
verifiers_new(struct monitor *monitor)
{
	struct verifiers *v = calloc(1, sizeof *v);

	if (v == NULL)
		return NULL;
	pool_init(&v->pool, &kind, monitor, v);
	return v;
}

struct verifiers *
verifiers_free(struct verifiers *v)
{
	if (v == NULL)
		return NULL;
	pool_done(&v->pool);
	free(v);
	return NULL;
}

void
verifiers_renew(struct verifiers *v)
{
	pool_renew(&v->pool);
}

void
verifiers_stop(struct verifiers *v)
{
	pool_stop(&v->pool, pool_lose, 0, KILL_SECONDS);
}
