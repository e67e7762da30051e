/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sessions of a worker, and the messages from them to the monitor.  A
 * monitor that is slow costs one session or one question, a monitor that is
 * gone ends the worker.
 */
#include <config.h>
#include "helper/worker/host.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/message.h"
#include "helper/worker/worker_state.h"

/* At a time, so that the monitor's channel has room for the rest. */
#define TRAFFIC_MESSAGES 256

static struct worker *
worker_of(struct session_host *host)
{
	return (struct worker *)(void *)host;
}

/* The sessions */

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int
worker_add(struct worker *w, struct session *s)
{
	if (tsearch(s, &w->by_id, compare_ids) == NULL)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&w->sessions, s, others);
	w->count++;
	return 0;
}

struct session *
worker_find(struct worker *w, uint64_t id)
{
	void *node = tfind(&id, &w->by_id, compare_ids);

	return node == NULL ? NULL : *(struct session **)node;
}

static void
forget(struct worker *w, struct session *s)
{
	if (tdelete(s, &w->by_id, compare_ids) == NULL)
		return;
	TAILQ_REMOVE(&w->sessions, s, others);
	w->count--;
}

/* To the monitor */

void
worker_give_up(struct worker *w)
{
	w->status = EXIT_FAILURE;
	ev_break(w->host.loop, EVBREAK_ALL);
}

/* A message that only its session needs; the session hears of a failure. */
static int
try_to_tell(
    struct worker *w, const struct message *m, const void *more, size_t len)
{
	int r = message_send(w->channel, m, -1, more, len);

	if (r < 0 && r != -EAGAIN)
		worker_give_up(w);
	return r;
}

/* A message that must not be lost: a monitor that cannot take it is gone. */
static void
tell(struct worker *w, const struct message *m)
{
	if (message_send(w->channel, m, -1, NULL, 0) < 0)
		worker_give_up(w);
}

int
host_publish(const struct session *s, const struct stssl_connection *connection,
    bool is_welcome)
{
	const struct message m = { .type = MESSAGE_PUBLISH,
		.u.publish = { .session = s->id,
		    .good_until = s->certificate.good_until,
		    .connection = *connection,
		    .text_len = (uint32_t)s->record.len,
		    .is_welcome = is_welcome } };

	return try_to_tell(
	    worker_of(s->host), &m, s->record.text, s->record.len);
}

void
host_withdraw(const struct session *s)
{
	const struct message m = { .type = MESSAGE_WITHDRAW,
		.u.withdraw = { s->id } };

	tell(worker_of(s->host), &m);
}

void
host_ask(const struct session *s, const char *user)
{
	struct message m = { .type = MESSAGE_ASK,
		.u.ask = { .session = s->id,
		    .serial = s->question.serial,
		    .whose = user == NULL } };
	size_t len = user == NULL ? 0 : strlen(user);

	/* Nobody has the empty name, and nobody one that is too long. */
	if (user != NULL && len <= MESSAGE_USER_MAX)
		memcpy(m.u.ask.user, user, len);
	tell(worker_of(s->host), &m);
}

int
host_check(const struct session *s, const void *der, size_t len)
{
	const struct message m = { .type = MESSAGE_CHECK,
		.u.check = { s->id, (uint32_t)len } };

	return try_to_tell(worker_of(s->host), &m, der, len);
}

void
host_welcome(const struct session *s)
{
	const struct message m = { .type = MESSAGE_WELCOME,
		.u.welcome = { s->id } };

	tell(worker_of(s->host), &m);
}

void
host_failed(const struct session *s, enum penalty_event event)
{
	const struct message m = { .type = MESSAGE_FAILED,
		.u.failed = { s->id, event } };

	tell(worker_of(s->host), &m);
}

void
host_unreachable(const struct session *s)
{
	const struct message m = { .type = MESSAGE_UNREACHABLE,
		.u.unreachable = { s->id } };

	tell(worker_of(s->host), &m);
}

void
worker_tell_closed(
    struct worker *w, uint64_t session, uint64_t in, uint64_t out)
{
	const struct message m = { .type = MESSAGE_CLOSED,
		.u.closed = { session, in, out } };

	tell(w, &m);
	if ((w->host.stopping || w->is_draining) && w->count == 0)
		ev_break(w->host.loop, EVBREAK_ALL);
}

void
host_closed(struct session *s)
{
	struct worker *w = worker_of(s->host);
	uint64_t in, out;

	forget(w, s);
	session_count(s, &in, &out);
	worker_tell_closed(w, s->id, in, out);
}

/* Returns whether there was something to tell. */
static bool
tell_bytes(struct worker *w, struct session *s)
{
	struct message m = { .type = MESSAGE_TRAFFIC };
	uint64_t in, out;

	session_count(s, &in, &out);
	if (in + out == s->bytes_told)
		return false;
	s->bytes_told = in + out;
	m.u.traffic =
	    (struct message_traffic){ s->id, in, out, s->data.by_kernel };
	tell(w, &m);
	return true;
}

void
worker_tell_traffic(struct worker *w)
{
	unsigned left = TRAFFIC_MESSAGES;

	/* Those that are looked at now come last the next time. */
	for (size_t i = 0; i < w->count && left > 0; i++) {
		struct session *s = TAILQ_FIRST(&w->sessions);

		TAILQ_REMOVE(&w->sessions, s, others);
		TAILQ_INSERT_TAIL(&w->sessions, s, others);
		if (tell_bytes(w, s))
			left--;
	}
}
