/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handles the messages of workers, a function for each.  A worker that has
 * been taken over can say here what it likes about its own connections, but not
 * whose certificates their clients have shown; nothing else is taken from it.
 */
#include <config.h>
#include "helper/monitor/registry/worker_channel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/message_ring.h"
#include "helper/base/ring.h"
#include "helper/monitor/registry/worker_record.h"

static int
welcome(struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry = worker_session(in, m->u.welcome.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	registry_welcome(in->monitor->registry, entry);
	return 0;
}

static int
ask(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct session_entry *entry =
	    worker_session(in, m->u.ask.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	monitor_asked(in->monitor, entry, &m->u.ask);
	return 0;
}

/* They only grow. */
static int
count_bytes(struct worker_channel *in, struct session_entry *entry,
    uint64_t bytes_in, uint64_t bytes_out)
{
	if (entry == NULL || bytes_in < entry->bytes_in ||
	    bytes_out < entry->bytes_out)
		return -EBADMSG;
	metrics_traffic(registry_metrics(in->monitor->registry),
	    bytes_in - entry->bytes_in, bytes_out - entry->bytes_out);
	entry->bytes_in = bytes_in;
	entry->bytes_out = bytes_out;
	return 0;
}

static int
traffic(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_traffic *t = &m->u.traffic;
	struct session_entry *entry = worker_session(in, t->session);
	int r = t->kernel_tls > 1 ? -EBADMSG
				  : count_bytes(in, entry, t->in, t->out);

	(void)text;
	if (r == 0)
		entry->kernel_tls = t->kernel_tls != 0;
	return r;
}

/* More than any client gets done before it is sent away. */
#define FAILURES_MAX 16

static int
failed(struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry = worker_session(in, m->u.failed.session);

	(void)text;
	if (entry == NULL || m->u.failed.event >= PENALTY_CRASH ||
	    entry->failures == FAILURES_MAX)
		return -EBADMSG;
	entry->failures++;
	/* A proxy's address is that of all its clients. */
	if (entry->origin == ORIGIN_CLIENT)
		monitor_penalise(in->monitor, &entry->peer,
		    (enum penalty_event)m->u.failed.event);
	return 0;
}

/* Once for an Edge's: whose it is.  It still counts for the Edge's address. */
static int
link_client(struct session_entry *entry, const struct message_introduce *i)
{
	if (entry->origin != ORIGIN_CLIENT || i->fault != PROXY_NONE ||
	    i->is_own != 0)
		return -EBADMSG;
	entry->origin = ORIGIN_LINK;
	entry->edge = entry->peer;
	entry->peer = i->client;
	return 0;
}

/* Once for a session that came through a proxy, before all that is about it. */
static int
introduce(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_introduce *i = &m->u.introduce;
	struct session_entry *entry = worker_session(in, i->session);

	(void)text;
	if (entry != NULL &&
	    worker_session_listener(in, entry)->tls == LISTEN_LINK &&
	    entry->origin != ORIGIN_AWAITED)
		return link_client(entry, i);
	if (entry == NULL || entry->origin != ORIGIN_AWAITED ||
	    i->fault >= PROXY_FAULT_COUNT || i->is_own > 1)
		return -EBADMSG;
	monitor_introduced(in->monitor, entry, i);
	return 0;
}

static int
unreachable(
    struct worker_channel *in, const struct message *m, const char *text)
{
	struct session_entry *entry =
	    worker_session(in, m->u.unreachable.session);

	(void)text;
	if (entry == NULL)
		return -EBADMSG;
	/* A worker must not make one client look like many. */
	if (!entry->is_unreachable)
		metrics_backend(registry_metrics(in->monitor->registry),
		    entry->listener, false);
	entry->is_unreachable = true;
	return 0;
}

static int
compared(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_compared *c = &m->u.compared;
	const struct session_entry *entry = worker_session(in, c->session);
	const struct listen_config *l;

	(void)text;
	if (entry == NULL || c->is_same > 1 || c->is_known > 1 ||
	    (c->is_same != 0 && c->is_known == 0))
		return -EBADMSG;
	l = worker_session_listener(in, entry);
	if (l->tls != LISTEN_LINK && l->link_to.count == 0)
		return -EBADMSG;
	metrics_policy(registry_metrics(in->monitor->registry), entry->listener,
	    c->is_same != 0, c->is_known != 0 ? c->digest : NULL);
	return 0;
}

static int
closed(struct worker_channel *in, const struct message *m, const char *text)
{
	const struct message_closed *c = &m->u.closed;
	struct session_entry *entry = worker_session(in, c->session);
	int r = count_bytes(in, entry, c->in, c->out);

	(void)text;
	if (r < 0)
		return r;
	if (entry->origin != ORIGIN_AWAITED)
		log_info("closed session=%" PRIx64 " verdict=%s",
		    entry->session,
		    entry->is_decided ? stssl_verdict_word(entry->verdict)
				      : "none");
	registry_remove(in->monitor->registry, entry);
	in->closed++;
	return 0;
}

/*
 * An Edge has said which session its data are for.  Anybody who gets at the
 * port can say that, so it is no lie of the worker's when there is none; and it
 * leads to sessions of Edges' own listener alone.
 */
static int
route(struct worker_channel *in, const struct message *m, const char *text)
{
	struct registry *registry = in->monitor->registry;
	struct session_entry *from = worker_session(in, m->u.route.session),
			     *to = registry_find(registry, m->u.route.to);

	(void)text;
	if (from == NULL || from->record != RECORD_NONE ||
	    worker_session_listener(in, from)->tls != LISTEN_LINK)
		return -EBADMSG;
	if (to != NULL && to != from && to->listener == from->listener)
		monitor_route(in->monitor, to, in->fd);
	registry_remove(registry, from);
	in->closed++;
	return 0;
}

/* All that it had to say is done. */
static int
next(struct worker_channel *in, const struct message *m, const char *text)
{
	(void)in;
	(void)m;
	(void)text;
	return 0;
}

/* Of a worker's types; MESSAGE_NEXT is for the channel. */
static int (*const handlers[MESSAGE_COUNT])(
    struct worker_channel *in, const struct message *m, const char *text) = {
	[MESSAGE_PUBLISH] = worker_record_publish,
	[MESSAGE_WITHDRAW] = worker_record_withdraw,
	[MESSAGE_ASK] = ask,
	[MESSAGE_WELCOME] = welcome,
	[MESSAGE_TRAFFIC] = traffic,
	[MESSAGE_FAILED] = failed,
	[MESSAGE_INTRODUCE] = introduce,
	[MESSAGE_UNREACHABLE] = unreachable,
	[MESSAGE_COMPARED] = compared,
	[MESSAGE_CLOSED] = closed,
	[MESSAGE_ROUTE] = route,
	[MESSAGE_NEXT] = next,
};

static int
handle(struct worker_channel *in, const struct message *m, const char *text)
{
	return handlers[m->type] == NULL ? -EBADMSG
					 : handlers[m->type](in, m, text);
}

/* The message that a mark stands for, if it has been sent by now. */
static int
hear(struct worker_channel *in, char text[static MESSAGE_MORE_MAX])
{
	struct message m;
	int r;

	in->fd = -1;
	r = message_receive(in->channel, SENDER_WORKER, &m, &in->fd, text);
	if (r != -EAGAIN)
		in->heard++;
	/* A socket that is lost for want of descriptors is no lie. */
	if (r == -EMFILE)
		log_warning("out of descriptors, a data connection is lost");
	if (r == 0 || r == -EMFILE)
		r = handle(in, &m, text);
	if (in->fd != -1)
		(void)close(in->fd);
	return r;
}

/* One message of those before `end`.  -EAGAIN: there is none. */
static int
take(struct worker_channel *in, uint64_t end)
{
	static char text[MESSAGE_MORE_MAX];
	struct message m;
	int r = message_get(in->ring, end, &m, text);

	if (r < 0)
		return r;
	r = m.type == MESSAGE_NEXT ? hear(in, text) : handle(in, &m, text);
	/* One that has not been sent yet keeps its place. */
	if (r != -EAGAIN)
		ring_drop(in->ring);
	return r;
}

/* 1 when there is something in the channel, else 0; -EPIPE at its end. */
static int
look(int channel)
{
	char byte;
	ssize_t n = recv(channel, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		return -EPIPE;
	return n > 0;
}

/*
 * The channel is looked at first: all that was said before its end is in the
 * ring, and the mark of all that is in the channel.
 */
int
worker_channel_drain(struct worker_channel *in)
{
	const int seen = in->looks ? look(in->channel) : 0;
	uint64_t end;
	int r = ring_look(in->ring, &end);

	in->heard = 0;
	for (unsigned i = 0; r == 0 && (in->most == 0 || i < in->most); i++)
		r = take(in, end);
	in->has_more = r == 0;
	if (r == -EAGAIN && seen == -EPIPE)
		r = -EPIPE;
	else if (r == -EAGAIN && seen > 0 && in->heard == 0)
		r = -EBADMSG;
	if (r == -EBADMSG)
		log_error("impossible message from a worker");
	/* Any other failure of the channel is its end. */
	if (r < 0 && r != -EAGAIN && r != -EBADMSG)
		r = -EPIPE;
	return r == -EAGAIN ? 0 : r;
}
