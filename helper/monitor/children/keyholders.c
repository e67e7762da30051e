/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Supervises keyholders.  A new one that has taken the place of a dead one
 * reads the same files again; only then is the old generation's key not what
 * it was, and it says so.
 */
#include <config.h>
#include "helper/monitor/children/keyholders.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/keyholder/keyholder.h"
#include "helper/monitor/children/child.h"
#include "helper/monitor/children/spawn.h"
#include "status/clock.h"

#define KILL_SECONDS  2.
#define RETRY_SECONDS .05

struct keyholders {
	struct keyholders_params params;
	const struct helper_config *config;
	struct child *list;
	struct child *current, *next; /* in the list, or NULL */
	bool is_loaded;               /* the current one */
	bool is_stopping;
	ev_tstamp delay; /* before the next start; 0 after a good one */
	struct ev_timer respawn, retry, killer;
};

/* What start() gives to its child. */
struct start {
	struct keyholders_params params;
	const struct helper_config *config;
};

static int
text_error(const struct helper_config *config, const char *text, size_t len,
    struct stssl_error *error)
{
	char copy[STSSL_ERROR_TEXT];

	(void)snprintf(copy, sizeof copy, "%.*s", (int)len, text);
	return config_tls_error(config, "key", copy, error);
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
		   : text_error(config, text, m.u.loaded.text_len, error);
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
	int r = receive_loaded(k->current, k->config, &error);

	if (r == -EAGAIN)
		return;
	if (r < 0) {
		if (r == -EBADMSG)
			log_error("%s", error.text);
		child_lose(k->current);
		return;
	}
	log_loaded(k->current);
	k->is_loaded = true;
	k->params.connect(k->params.owner, true);
}

static void
readable(struct child *c)
{
	struct keyholders *k = c->owner;
	struct message m;
	int fd, r;

	if (c == k->current && !k->is_loaded) {
		loaded(k);
		return;
	}
	r = message_receive(c->channel, SENDER_KEYHOLDER, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == 0 && m.type == MESSAGE_REFUSED) {
		k->params.refused(k->params.owner, m.u.refused.worker);
		return;
	}
	if (r == 0 || r == -EBADMSG)
		log_error("impossible message from the keyholder");
	child_kill(c);
}

static void
wait_to_respawn(struct keyholders *k)
{
	ev_timer_stop(k->params.loop, &k->respawn);
	ev_timer_set(&k->respawn, k->delay, 0);
	ev_timer_start(k->params.loop, &k->respawn);
}

static void
ended(struct child *c)
{
	struct keyholders *k = c->owner;
	bool is_missed = c == k->current && !k->is_stopping;

	child_lose(c);
	if (is_missed)
		child_log_end(c);
	if (c == k->current) {
		k->delay = child_delay(c, k->delay);
		k->current = NULL;
		k->is_loaded = false;
	}
	child_free(c, &k->list);
	if (is_missed)
		wait_to_respawn(k);
	else if (k->is_stopping && k->list == NULL)
		k->params.stopped(k->params.owner);
}

/* In the child.  `arg` is on start()'s stack: the keyholders are freed here. */
static void
forget(void *arg)
{
	const struct start *s = arg;

	s->params.forget(s->params.owner);
}

static int
run(void *arg, int channel)
{
	const struct start *s = arg;

	return s->params.run(s->config, channel);
}

static int
start(struct keyholders *k, const struct helper_config *config,
    struct child **ret)
{
	struct start s = { k->params, config };
	struct child *c;
	int channel;
	pid_t pid =
	    spawn(k->params.loop, "keyholder", forget, run, &s, &channel);

	if (pid < 0)
		return (int)pid;
	c = child_new(k->params.loop, "keyholder", pid, channel, &k->list);
	if (c == NULL) {
		/* Without its channel it ends. */
		(void)close(channel);
		return -ENOMEM;
	}
	c->readable = readable;
	c->ended = ended;
	c->owner = k;
	*ret = c;
	return 0;
}

static void
on_respawn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct keyholders *k = timer->data;
	int r = k->current == NULL ? start(k, k->config, &k->current) : 0;

	(void)loop;
	(void)events;
	if (r < 0) {
		(void)log_errno(r, "cannot start a keyholder");
		k->delay = CHILD_DELAY_MAX;
		wait_to_respawn(k);
	}
}

static void
on_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct keyholders *k = timer->data;

	(void)loop;
	(void)events;
	k->params.connect(k->params.owner, false);
}

static void
on_killer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	const struct keyholders *k = timer->data;

	(void)loop;
	(void)events;
	for (const struct child *c = k->list; c != NULL; c = c->next)
		(void)kill(c->pid, SIGKILL);
}

struct keyholders *
keyholders_new(const struct keyholders_params *params)
{
	struct keyholders *k = calloc(1, sizeof *k);

	if (k == NULL)
		return NULL;
	k->params = *params;
	ev_init(&k->respawn, on_respawn);
	ev_timer_init(&k->retry, on_retry, RETRY_SECONDS, 0);
	ev_timer_init(&k->killer, on_killer, KILL_SECONDS, 0);
	k->respawn.data = k->retry.data = k->killer.data = k;
	return k;
}

struct keyholders *
keyholders_free(struct keyholders *k)
{
	if (k == NULL)
		return NULL;
	while (k->list != NULL)
		child_free(k->list, &k->list);
	ev_timer_stop(k->params.loop, &k->respawn);
	ev_timer_stop(k->params.loop, &k->retry);
	ev_timer_stop(k->params.loop, &k->killer);
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
keyholders_prepare(struct keyholders *k, const struct helper_config *config,
    struct stssl_error *error)
{
	struct child *c;
	int r = start(k, config, &c);

	if (r < 0) {
		(void)snprintf(error->text, sizeof error->text,
		    "cannot start a keyholder: %s", strerror(-r));
		return r;
	}
	wait_for(c->channel, KEYHOLDER_LOAD_SECONDS * INT64_C(1000));
	r = receive_loaded(c, config, error);
	if (r == -EAGAIN || r == -EPIPE) {
		static const char text[] = "loading the keys takes too long, "
					   "or ends their process";

		r = text_error(config, text, sizeof text - 1, error);
	}
	if (r < 0) {
		child_kill(c);
	} else {
		log_loaded(c);
		k->next = c;
	}
	return r;
}

void
keyholders_renew(struct keyholders *k, const struct helper_config *config)
{
	/* Nothing more is said to the old one, which ends with its workers. */
	if (k->current != NULL)
		child_lose(k->current);
	ev_timer_stop(k->params.loop, &k->respawn);
	k->config = config;
	k->current = k->next;
	k->next = NULL;
	k->is_loaded = true;
	k->delay = 0;
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
	if (r == -EAGAIN && !ev_is_active(&k->retry)) {
		ev_timer_set(&k->retry, RETRY_SECONDS, 0);
		ev_timer_start(k->params.loop, &k->retry);
	}
	return r == 0;
}

bool
keyholders_are_gone(const struct keyholders *k)
{
	return k->list == NULL;
}

void
keyholders_stop(struct keyholders *k)
{
	if (k->is_stopping)
		return;
	k->is_stopping = true;
	ev_timer_stop(k->params.loop, &k->respawn);
	ev_timer_stop(k->params.loop, &k->retry);
	for (struct child *c = k->list; c != NULL; c = c->next)
		child_lose(c);
	ev_timer_start(k->params.loop, &k->killer);
}
