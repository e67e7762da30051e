/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Brings up both sides of a transfer and relays between them.  How it ends is
 * in data_end.c.
 */
#include <config.h>
#include "helper/worker/ftp/data.h"

#include <stdlib.h>

#include "helper/worker/ftp/data_end.h"
#include "helper/worker/session.h"

/* Without a byte, in a transfer that has begun and has not ended. */
#define STALL_SECONDS 300.

/* Steps */

static void
step_client(struct data *d)
{
	client_data_step(&d->client);
	if (d->client.state == CLIENT_DATA_FAILED)
		data_settle(d, d->client.failure);
}

static void
step_backend(struct data *d)
{
	backend_data_step(&d->backend);
	if (d->backend.state == BACKEND_DATA_FAILED)
		data_settle(d, DATA_BROKEN_BACKEND);
	else if (d->backend.state == BACKEND_DATA_AMBIGUOUS)
		data_settle(d, DATA_TWO_BACKENDS);
}

static bool
is_relaying(const struct data *d)
{
	return d->may_relay && d->client.state == CLIENT_DATA_UP &&
	       d->backend.state == BACKEND_DATA_UP && !data_is_through(d);
}

static void
step_flow(struct data *d)
{
	bool up = d->direction == DATA_UPLOAD;

	if (!is_relaying(d))
		return;
	if (ev_is_active(&d->setup)) {
		ev_timer_stop(d->loop, &d->setup);
		ev_timer_start(d->loop, &d->stall);
		flow_splice(&d->flow);
		client_data_relays(&d->client);
	}
	switch (flow_step(&d->flow)) {
	case FLOW_OPEN:
	case FLOW_DRAINING:
	case FLOW_CUT:
		break;
	case FLOW_ENDED:
		data_flow_ended(d);
		break;
	case FLOW_BROKEN_SOURCE:
		if (up)
			data_upload_cut(d);
		else
			data_settle(d, DATA_BROKEN_BACKEND);
		break;
	case FLOW_BROKEN_SINK:
		data_settle(d, up ? DATA_BROKEN_BACKEND : DATA_BROKEN_CLIENT);
		break;
	}
}

static void
watch(struct data *d)
{
	struct stream *backend = &d->backend.stream;

	if (d->outcome == DATA_COMPLETE || d->is_finishing) {
		stream_watch(backend,
		    data_is_through(d) && d->outcome == DATA_PENDING, false);
		stream_watch(&d->client.stream, false,
		    d->is_finishing && !d->is_finished);
	} else if (is_relaying(d)) {
		stream_watch(d->flow.from, flow_wants_read(&d->flow), false);
		stream_watch(d->flow.to, false, flow_wants_write(&d->flow));
	} else {
		if (d->client.state == CLIENT_DATA_UP)
			stream_watch(&d->client.stream, false, false);
		/* Then its end is what is left to be written. */
		if (d->backend.state == BACKEND_DATA_UP)
			stream_watch(backend, false, data_is_through(d));
	}
}

void
data_step(struct data *d)
{
	static void (*const steps[])(struct data *) = { step_client,
		step_backend, step_flow, data_step_end };

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (d->has_begun && d->outcome == DATA_PENDING)
			steps[i](d);
	if (d->is_finishing)
		data_end_client(d);
	watch(d);
}

/* Events */

/* The owner may free `d` in its callback: nothing is done after it. */
static void
on_stream(void *owner)
{
	struct data *d = owner;
	bool was_ready = data_client_ready(d), was_finished = d->is_finished;
	enum data_outcome before = d->outcome;

	data_step(d);
	if (d->outcome != before || d->is_finished != was_finished ||
	    data_client_ready(d) != was_ready)
		session_run(d->session);
}

static void
on_stranger(void *owner, const struct stssl_address *from)
{
	const struct data *d = owner;

	session_note_stranger(d->session, "foreign-backend", from);
}

static void
on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct data *d = timer->data;

	(void)loop;
	(void)events;
	if (d->client.state == CLIENT_DATA_HANDSHAKE)
		data_settle(d, DATA_NO_TLS);
	else if (d->client.state == CLIENT_DATA_UP)
		data_settle(d, DATA_BROKEN_BACKEND);
	else
		data_settle(d, DATA_NO_CONNECTION);
	session_run(d->session);
}

static void
on_arrival(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)events;
	ev_timer_stop(loop, timer);
	on_stream(timer->data);
}

static uint64_t
bytes_moved(const struct data *d)
{
	return d->direction == DATA_UPLOAD ? d->client.stream.bytes_in
					   : d->client.stream.bytes_out;
}

/* A client that reads nothing any more must not keep a session for ever. */
static void
on_stall(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct data *d = timer->data;
	uint64_t moved = bytes_moved(d);

	(void)events;
	/* All bytes are through, and it is the backend that takes its time. */
	if (data_is_through(d) && (!d->is_finishing || d->is_finished))
		return;
	if (moved != d->moved) {
		d->moved = moved;
		return;
	}
	ev_timer_stop(loop, timer);
	data_settle(d, DATA_BROKEN_CLIENT);
	session_run(d->session);
}

/* Interface */

struct data *
data_new(struct session *session)
{
	struct data *d = calloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	d->session = session;
	d->loop = session->host->loop;
	client_data_init(&d->client, session, on_stream, d);
	backend_data_init(&d->backend, d->loop, &session->to_backend);
	d->backend.changed = on_stream;
	d->backend.stranger = on_stranger;
	d->backend.owner = d;
	ev_timer_init(&d->setup, on_timer, DATA_SETUP_SECONDS, 0.);
	ev_timer_init(&d->stall, on_stall, STALL_SECONDS, STALL_SECONDS);
	ev_timer_init(&d->arrival, on_arrival, 0., DATA_ARRIVAL_STEP);
	d->setup.data = d->stall.data = d->arrival.data = d;
	return d;
}

struct data *
data_free(struct data *d)
{
	if (d == NULL)
		return NULL;
	ev_timer_stop(d->loop, &d->setup);
	ev_timer_stop(d->loop, &d->stall);
	ev_timer_stop(d->loop, &d->arrival);
	client_data_stop(&d->client);
	backend_data_stop(&d->backend);
	flow_done(&d->flow);
	stream_reset(&d->client.stream);
	if (data_is_through(d))
		stream_close(&d->backend.stream);
	else
		stream_reset(&d->backend.stream);
	free(d);
	return NULL;
}

void
data_begin(struct data *d, enum data_direction direction, bool secure)
{
	bool up = direction == DATA_UPLOAD;

	d->has_begun = true;
	d->direction = direction;
	flow_init(&d->flow, up ? &d->client.stream : &d->backend.stream,
	    up ? &d->backend.stream : &d->client.stream);
	ev_timer_start(d->loop, &d->setup);
	client_data_begin(&d->client, direction, secure);
	data_step(d);
}

void
data_expect_backend(struct data *d)
{
	backend_data_expect(&d->backend);
	data_step(d);
}

void
data_relay(struct data *d)
{
	d->may_relay = true;
	backend_data_announced(&d->backend);
	data_step(d);
}

bool
data_client_ready(const struct data *d)
{
	return d->client.state == CLIENT_DATA_UP && d->outcome == DATA_PENDING;
}

void
data_count(const struct data *d, uint64_t *in, uint64_t *out)
{
	*in += d->client.stream.bytes_in;
	*out += d->client.stream.bytes_out;
}
