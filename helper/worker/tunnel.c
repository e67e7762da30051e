/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The protocol of stream listeners, and of others once they have nothing to do
 * any more: none.  Bytes go through as they come, and each side's proper end
 * becomes the other's: close_notify here, FIN there.
 */
#include <config.h>
#include "helper/worker/session.h"

#include <errno.h>
#include <stdlib.h>

#include "helper/worker/relay/flow.h"

struct tunnel {
	struct flow up, down;
	bool up_ended, down_ended;
	struct ev_timer idle;
	ev_tstamp last; /* when something happened */
};

/* Looks once in a while, so that nothing is done for each packet. */
static void
on_idle(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct session *s = timer->data;
	const struct tunnel *t = s->protocol_state;
	ev_tstamp left = t->last + s->listen->idle_seconds - ev_now(loop);

	(void)events;
	if (left <= 0.) {
		session_time_out(s, "idle-timeout");
		return;
	}
	ev_timer_set(timer, left, 0.);
	ev_timer_start(loop, timer);
}

static int
tunnel_open(struct session *s)
{
	struct tunnel *t = calloc(1, sizeof *t);

	if (t == NULL)
		return -ENOMEM;
	stream_guard(&s->client);
	stream_guard(&s->backend);
	flow_init(&t->up, &s->client, &s->backend);
	flow_init(&t->down, &s->backend, &s->client);
	t->last = ev_now(s->host->loop);
	ev_timer_init(&t->idle, on_idle, s->listen->idle_seconds, 0.);
	t->idle.data = s;
	if (s->listen->idle_seconds > 0)
		ev_timer_start(s->host->loop, &t->idle);
	s->protocol_state = t;
	return 0;
}

void
session_tunnel(
    struct session *s, struct buffer *from_client, struct buffer *from_backend)
{
	struct tunnel *t;

	s->protocol->close(s);
	s->protocol = &tunnel_protocol;
	if (tunnel_open(s) < 0) {
		(void)buffer_give(BUFFER_RELAY, from_client);
		(void)buffer_give(BUFFER_RELAY, from_backend);
		session_end(s);
		return;
	}
	t = s->protocol_state;
	flow_begin_with(&t->up, from_client);
	flow_begin_with(&t->down, from_backend);
	s->protocol->run(s);
}

/* Move bytes one way and pass the end on.  False when the tunnel is broken. */
static bool
tunnel_step(struct flow *f, bool *ended)
{
	switch (flow_step(f)) {
	case FLOW_OPEN:
	case FLOW_DRAINING:
	case FLOW_CUT:
		return true;
	case FLOW_ENDED:
		if (!*ended) {
			enum io_result r = stream_end(f->to);
			if (r == IO_FAILED)
				return false;
			*ended = r == IO_OK;
		}
		return true;
	case FLOW_BROKEN_SOURCE:
	case FLOW_BROKEN_SINK:
		break;
	}
	return false;
}

/* True when something is left to write: bytes, or an end. */
static bool
to_write(const struct flow *f, bool ended)
{
	return flow_wants_write(f) || (f->state == FLOW_ENDED && !ended);
}

static void
tunnel_run(struct session *s)
{
	struct tunnel *t = s->protocol_state;

	t->last = ev_now(s->host->loop);
	if (!tunnel_step(&t->up, &t->up_ended) ||
	    !tunnel_step(&t->down, &t->down_ended)) {
		session_break(s);
		return;
	}
	if (t->up_ended && t->down_ended) {
		stream_linger(&s->client);
		session_end(s);
		return;
	}
	stream_watch(&s->client, flow_wants_read(&t->up),
	    to_write(&t->down, t->down_ended));
	stream_watch(&s->backend, flow_wants_read(&t->down),
	    to_write(&t->up, t->up_ended));
}

static void
tunnel_close(struct session *s)
{
	struct tunnel *t = s->protocol_state;

	if (t == NULL)
		return;
	ev_timer_stop(s->host->loop, &t->idle);
	flow_done(&t->up);
	flow_done(&t->down);
	free(t);
	s->protocol_state = NULL;
}

static bool
tunnel_is_busy(const struct session *s)
{
	(void)s;
	return true;
}

const struct protocol tunnel_protocol = {
	.has_login_deadline = false,
	.tls_use = TLS_SINGLE,
	.open = tunnel_open,
	.run = tunnel_run,
	.close = tunnel_close,
	.is_busy = tunnel_is_busy,
};
