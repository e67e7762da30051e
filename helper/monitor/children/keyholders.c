/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder in use, and the one that a reload prepares.  A new one that has
 * taken the place of a dead one reads the same files again; only then the old
 * generation's key may not be what it was, and it says so.
 */
#include <config.h>
#include "helper/monitor/children/keyholders.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/keyholder/keyholder.h"
#include "helper/monitor/children/pool.h"
#include "setup/config_read.h"
#include "status/clock.h"

#define KILL_SECONDS 2.

struct keyholders {
	struct pool pool;
	struct child *current, *next; /* in the pool, or NULL */
	bool is_loaded;               /* the current one */
	/* Of the next one: what it has said, -EAGAIN until then. */
	int said;
	struct stssl_error error;
	const struct helper_config *config;
};

static int
run(const struct generation *g, int channel, struct ring *ring)
{
	(void)ring;
	return keyholder_main(g->config, channel);
}

static int
text_error(const struct helper_config *config,
    const struct message_loaded *loaded, const char *text,
    struct stssl_error *error)
{
	char copy[STSSL_ERROR_TEXT];

	(void)snprintf(copy, sizeof copy, "%.*s", (int)loaded->text_len, text);
	return config_key_error(config, loaded->key, copy, error);
}

/*
 * What it says of its keys.  Returns 0; -EBADMSG and *error when they are not
 * good; -EAGAIN; or -EPIPE when it says nothing, or nonsense.
 */
static int
receive_loaded(const struct child *c, const struct helper_config *config,
    struct stssl_error *error)
{
	static char text[STSSL_RECORD_MAX];
	struct message m;
	int fd,
	    r = message_receive(c->channel, SENDER_KEYHOLDER, &m, &fd, text);

	if (r == -EAGAIN)
		return r;
	if (r < 0 || m.type != MESSAGE_LOADED)
		return -EPIPE;
	return m.u.loaded.text_len == 0
		   ? 0
		   : text_error(config, &m.u.loaded, text, error);
}

static void
log_loaded(const struct child *c)
{
	log_info("keyholder %ld: has the keys", (long)c->pid);
}

/* The one in use was started again. */
static void
loaded(struct keyholders *k)
{
	struct stssl_error error;
	int r = receive_loaded(
	    k->current, k->pool.monitor->generation->config, &error);

	if (r == -EAGAIN)
		return;
	if (r < 0) {
		if (r == -EBADMSG)
			log_error("%s", error.text);
		pool_lose(k->current);
		return;
	}
	log_loaded(k->current);
	k->is_loaded = true;
	monitor_connect_workers(k->pool.monitor, true);
}

/* The next one has something to say, and then nothing until it is used. */
static void
hear_next(struct keyholders *k)
{
	struct child *c = k->next;

	/* Of keys that are not good it says why, and ends. */
	if (k->said == -EAGAIN)
		k->said = receive_loaded(c, k->config, &k->error);
	else if (k->said >= 0)
		k->said = -EPIPE;
	if (k->said == 0)
		log_loaded(c);
	else if (k->said != -EAGAIN)
		pool_kill(c);
	if (k->said != -EAGAIN)
		monitor_prepared(k->pool.monitor);
}

static void
readable(struct child *c)
{
	struct keyholders *k = c->pool->owner;
	struct message m;
	int fd, r;

	if (c == k->next) {
		hear_next(k);
		return;
	}
	if (c == k->current && !k->is_loaded) {
		loaded(k);
		return;
	}
	r = message_receive(c->channel, SENDER_KEYHOLDER, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == 0 && m.type == MESSAGE_REFUSED) {
		monitor_refused(k->pool.monitor, m.u.refused.worker);
		return;
	}
	if (r == 0 || r == -EBADMSG)
		log_error("impossible message from the keyholder");
	pool_kill(c);
}

static int
started(struct child *c)
{
	struct keyholders *k = c->pool->owner;

	k->current = c;
	return 0;
}

static void
ended(struct child *c)
{
	struct keyholders *k = c->pool->owner;

	if (c == k->next) {
		/* What it has said before its end counts. */
		if (k->said == -EAGAIN && !c->is_lost)
			k->said = receive_loaded(c, k->config, &k->error);
		k->next = NULL;
		if (k->said >= 0 || k->said == -EAGAIN)
			k->said = -EPIPE;
		c->is_retired = true;
		monitor_prepared(k->pool.monitor);
	}
	if (c != k->current)
		return;
	k->current = NULL;
	k->is_loaded = false;
}

/* Nothing more is said to it; it ends with its workers. */
static void
retire(struct child *c)
{
	c->is_retired = true;
	pool_lose(c);
}

static void
retry(struct monitor *monitor)
{
	monitor_connect_workers(monitor, false);
}

static const struct pool_kind kind = {
	.role = ROLE_KEYHOLDER,
	.name = "keyholder",
	.a_name = "a keyholder",
	.count = 1,
	.run = run,
	.started = started,
	.readable = readable,
	.ended = ended,
	.retire = retire,
	.retry = retry,
};

struct keyholders *
keyholders_new(struct monitor *monitor)
{
	struct keyholders *k = calloc(1, sizeof *k);

	if (k == NULL)
		return NULL;
	pool_init(&k->pool, &kind, monitor, k);
	return k;
}

struct keyholders *
keyholders_free(struct keyholders *k)
{
	if (k == NULL)
		return NULL;
	pool_done(&k->pool);
	free(k);
	return NULL;
}

/* Until it can be read, or the time is over; other children end meanwhile. */
static void
wait_for(int fd, int64_t patience_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t end = stssl_now_ms() + patience_ms, left = patience_ms;

	while (left > 0 && poll(&p, 1, (int)left) == -1 && errno == EINTR)
		left = end - stssl_now_ms();
}

int
keyholders_prepare(
    struct keyholders *k, struct generation *next, struct stssl_error *error)
{
	int r = pool_prepare(&k->pool, next);

	if (r < 0) {
		(void)snprintf(error->text, sizeof error->text,
		    "cannot start a keyholder: %s", strerror(-r));
		return r;
	}
	k->next = LIST_FIRST(&k->pool.next);
	k->said = -EAGAIN;
	k->config = next->config;
	return 0;
}

void
keyholders_abandon(struct keyholders *k)
{
	k->next = NULL;
	k->config = NULL;
}

int
keyholders_prepared(
    struct keyholders *k, bool is_over, struct stssl_error *error)
{
	if (k->said == -EAGAIN && !is_over)
		return -EAGAIN;
	if (k->said == -EAGAIN || k->said == -EPIPE)
		return config_key_error(k->config, 0,
		    "loading the keys takes too long, or ends their process",
		    error);
	if (k->said < 0)
		*error = k->error;
	return k->said;
}

void
keyholders_wait(struct keyholders *k)
{
	wait_for(k->next->channel, KEYHOLDER_LOAD_SECONDS * INT64_C(1000));
	hear_next(k);
}

void
keyholders_renew(struct keyholders *k)
{
	bool is_loaded = k->next != NULL;

	k->next = NULL;
	pool_renew(&k->pool);
	k->is_loaded = is_loaded;
}

bool
keyholders_connect(struct keyholders *k, uint32_t worker, int line)
{
	struct message m = { .type = MESSAGE_KEYS };
	int r;

	if (k->current == NULL || !k->is_loaded)
		return false;
	m.u.keys.worker = worker;
	r = child_tell(k->current, &m, line);
	if (r == -EAGAIN)
		pool_retry(&k->pool);
	return r == 0;
}

void
keyholders_stop(struct keyholders *k)
{
	pool_stop(&k->pool, pool_lose, 0, KILL_SECONDS);
}
