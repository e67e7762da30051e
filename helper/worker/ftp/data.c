/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Brings up both sides of a transfer, relays, and ends it so that neither side
 * can take a broken transfer for a whole one: an upload without close_notify
 * reaches the backend as RST, and is complete only when the backend has read
 * it to its end; a download is closed properly only after the backend has
 * called it a success.
 */
#include <config.h>
#include "helper/worker/ftp/data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/socket.h"
#include "helper/worker/ftp/backend_data.h"
#include "helper/worker/ftp/passive.h"
#include "helper/worker/relay/flow.h"
#include "helper/worker/relay/stream.h"

/* From the transfer command to both sides being up; progress extends nothing. */
#define SETUP_SECONDS 30.
/*
 * What came of an upload that is broken off is the backend's to keep, to be
 * gone on with by REST.  A reset destroys what is on its way to the backend: so
 * look every few milliseconds whether it has arrived, for so long.
 */
#define ARRIVAL_SECONDS 5.
#define ARRIVAL_STEP    .01
/* Without a byte, in a transfer that has begun and has not ended. */
#define STALL_SECONDS 300.

enum side_state {
	SIDE_NONE,
	SIDE_CONNECTING,
	SIDE_HANDSHAKE,
	SIDE_UP
};

struct data {
	const struct data_context *context;
	struct ev_io listener; /* fd -1 when there is none */
	struct ev_timer timer, stall;
	struct ev_timer arrival; /* of an upload that was broken off */
	ev_tstamp cut_at;
	uint64_t moved; /* bytes, when the stall timer last looked */
	bool active, had_foreign;
	struct stssl_address target;

	bool begun, secure, may_relay, finishing, finished;
	enum data_direction direction;
	enum data_outcome outcome;
	enum side_state client_state;
	struct stream client;
	struct backend_data backend;
	struct flow flow;
};

/* Ends */

static void
stop_listening(struct data *d)
{
	if (d->listener.fd == -1)
		return;
	ev_io_stop(d->context->loop, &d->listener);
	(void)close(d->listener.fd);
	ev_io_set(&d->listener, -1, EV_READ);
}

static void
reset_client(struct data *d)
{
	stream_reset(&d->client);
	d->finished = true;
}

/* What each outcome does to the two sides. */
static void
settle(struct data *d, enum data_outcome outcome)
{
	d->outcome = outcome;
	ev_timer_stop(d->context->loop, &d->timer);
	ev_timer_stop(d->context->loop, &d->arrival);
	stop_listening(d);
	backend_data_stop(&d->backend);
	flow_done(&d->flow);
	if (outcome == DATA_COMPLETE)
		return;
	stream_reset(&d->backend.stream);
	reset_client(d);
}

/* The proper end of the client's side; waits when the socket is full. */
static void
end_client(struct data *d)
{
	enum io_result r;

	if (d->finished || !stream_is_open(&d->client))
		return;
	r = stream_end(&d->client);
	if (r == IO_AGAIN)
		return;
	if (r == IO_OK)
		socket_linger(d->context->loop, stream_detach(&d->client));
	reset_client(d);
}

/* Steps */

/*
 * Does this TLS session belong to the control connection's client?  PENDING if
 * so, else what is missing.
 */
static enum data_outcome
proof(const struct data *d)
{
	char fingerprint[TLS_FINGERPRINT];
	enum data_session mode = d->context->listen->data_session;
	bool expected = d->context->has_fingerprint;

	if (mode == DATA_ANY || tls_resumes_control(d->client.tls))
		return DATA_PENDING;
	if (mode == DATA_RESUMED)
		return DATA_NOT_RESUMED;
	if (mode == DATA_PREFER && !expected)
		return DATA_PENDING;
	if (expected && tls_peer_fingerprint(d->client.tls, fingerprint) &&
	    strcmp(fingerprint, d->context->fingerprint) == 0)
		return DATA_PENDING;
	return DATA_OTHER_CERTIFICATE;
}

/*
 * Downloads only: a client may change its keys in an upload (RFC 8446 section
 * 4.6.3), and only newer kernels can follow.  Where the kernel cannot, GnuTLS
 * goes on.
 */
static void
offer_to_kernel(struct data *d)
{
	if (d->context->kernel_tls && d->direction == DATA_DOWNLOAD &&
	    stream_to_kernel(&d->client) == 0)
		d->context->in_kernel(d->context->owner);
}

static void
handshake_done(struct data *d)
{
	enum data_outcome outcome = proof(d);

	if (outcome != DATA_PENDING) {
		settle(d, outcome);
		return;
	}
	offer_to_kernel(d);
	d->client_state = SIDE_UP;
}

static enum client_certificate
data_request(const struct data_context *context)
{
	return context->has_fingerprint ? CLIENT_REQUEST : CLIENT_NONE;
}

static void
handshake(struct data *d)
{
	if (d->client.tls == NULL)
		d->client.tls = tls_new(d->context->tls, TLS_FTP_DATA,
		    data_request(d->context), d->context->tickets,
		    d->client.fd);
	if (d->client.tls == NULL) {
		settle(d, DATA_NO_TLS);
		return;
	}
	switch (stream_handshake(&d->client)) {
	case IO_OK:
		handshake_done(d);
		break;
	case IO_AGAIN:
		break;
	case IO_END:
	case IO_FAILED:
		settle(d, DATA_NO_TLS);
		break;
	}
}

static void
step_client(struct data *d)
{
	int r;

	if (d->client_state == SIDE_CONNECTING && stream_is_open(&d->client)) {
		r = socket_connected(d->client.fd);
		if (r == -EINPROGRESS) {
			stream_watch(&d->client, false, true);
			return;
		}
		if (r < 0) {
			settle(d, DATA_NO_CONNECTION);
			return;
		}
		d->client_state = d->secure ? SIDE_HANDSHAKE : SIDE_UP;
	}
	if (d->client_state == SIDE_HANDSHAKE)
		handshake(d);
}

static void
step_backend(struct data *d)
{
	backend_data_step(&d->backend);
	if (d->backend.state == BACKEND_DATA_FAILED)
		settle(d, DATA_BROKEN_BACKEND);
	else if (d->backend.state == BACKEND_DATA_AMBIGUOUS)
		settle(d, DATA_TWO_BACKENDS);
}

/* All bytes of the transfer have left for where they were meant to go. */
static bool
is_through(const struct data *d)
{
	return d->flow.state == FLOW_ENDED;
}

static void
flow_ended(struct data *d)
{
	/*
	 * A download's backend may wait for our FIN before it says 226, and at
	 * least for the acknowledgement of its own, which goes along with it.
	 */
	if (stream_end(&d->backend.stream) == IO_FAILED &&
	    d->direction == DATA_UPLOAD)
		settle(d, DATA_BROKEN_BACKEND);
	else if (d->direction == DATA_DOWNLOAD)
		settle(d, DATA_COMPLETE);
	else
		/* Clients wait for our close_notify before they go on. */
		d->finishing = true;
}

/* The client has broken off, and all that it had sent is written. */
static void
upload_cut(struct data *d)
{
	ev_tstamp now = ev_now(d->context->loop);

	if (d->cut_at == 0.)
		d->cut_at = now;
	if (stream_has_unsent(&d->backend.stream) &&
	    now - d->cut_at < ARRIVAL_SECONDS)
		ev_timer_again(d->context->loop, &d->arrival);
	else
		settle(d, DATA_BROKEN_CLIENT);
}

static bool
is_relaying(const struct data *d)
{
	return d->may_relay && d->client_state == SIDE_UP &&
	       d->backend.state == BACKEND_DATA_UP && !is_through(d);
}

static void
step_flow(struct data *d)
{
	bool up = d->direction == DATA_UPLOAD;

	if (!is_relaying(d))
		return;
	if (ev_is_active(&d->timer)) {
		ev_timer_stop(d->context->loop, &d->timer);
		ev_timer_start(d->context->loop, &d->stall);
		flow_splice(&d->flow);
	}
	switch (flow_step(&d->flow)) {
	case FLOW_OPEN:
	case FLOW_DRAINING:
	case FLOW_CUT:
		break;
	case FLOW_ENDED:
		flow_ended(d);
		break;
	case FLOW_BROKEN_SOURCE:
		if (up)
			upload_cut(d);
		else
			settle(d, DATA_BROKEN_BACKEND);
		break;
	case FLOW_BROKEN_SINK:
		settle(d, up ? DATA_BROKEN_BACKEND : DATA_BROKEN_CLIENT);
		break;
	}
}

/*
 * The backend has an upload when it closes its side after ours.  It closes with
 * RST when it has not read all, and it has nothing to say.
 */
static void
step_end(struct data *d)
{
	char byte;
	size_t n;

	if (!is_through(d) || d->direction != DATA_UPLOAD)
		return;
	switch (stream_read(&d->backend.stream, &byte, 1, &n)) {
	case IO_AGAIN:
		break;
	case IO_END:
		settle(d, DATA_COMPLETE);
		break;
	case IO_OK:
	case IO_FAILED:
		settle(d, DATA_BROKEN_BACKEND);
		break;
	}
}

static void
watch(struct data *d)
{
	struct stream *backend = &d->backend.stream;

	if (d->outcome == DATA_COMPLETE || d->finishing) {
		stream_watch(backend,
		    is_through(d) && d->outcome == DATA_PENDING, false);
		stream_watch(&d->client, false, d->finishing && !d->finished);
	} else if (is_relaying(d)) {
		stream_watch(d->flow.from, flow_wants_read(&d->flow), false);
		stream_watch(d->flow.to, false, flow_wants_write(&d->flow));
	} else {
		if (d->client_state == SIDE_UP)
			stream_watch(&d->client, false, false);
		if (d->backend.state == BACKEND_DATA_UP)
			stream_watch(backend, false, false);
	}
}

static void
step(struct data *d)
{
	static void (*const steps[])(
	    struct data *) = { step_client, step_backend, step_flow, step_end };

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (d->begun && d->outcome == DATA_PENDING)
			steps[i](d);
	if (d->finishing)
		end_client(d);
	watch(d);
}

/* Events */

/* The owner may free `d` in its callback: nothing is done after it. */
static void
on_stream(void *owner)
{
	struct data *d = owner;
	bool was_ready = data_client_ready(d), was_finished = d->finished;
	enum data_outcome before = d->outcome;

	step(d);
	if (d->outcome != before || d->finished != was_finished ||
	    data_client_ready(d) != was_ready)
		d->context->changed(d->context->owner);
}

static void
adopt_client(struct data *d, int fd)
{
	socket_no_delay(fd);
	socket_bound_output(fd);
	stream_init(&d->client, d->context->loop, fd, on_stream, d);
	stream_guard(&d->client);
	d->client_state = SIDE_CONNECTING;
}

/* One connection for one PASV, and only from the client's own address. */
static void
on_listener(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct data *d = watcher->data;
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	struct stssl_address from;
	int fd;

	(void)loop;
	(void)events;
	fd = accept4(watcher->fd, (struct sockaddr *)&sa, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1 && (errno == EAGAIN || errno == ECONNABORTED))
		return;
	if (fd == -1) {
		/* No descriptor for it: waiting would only spin. */
		settle(d, DATA_NO_CONNECTION);
		d->context->changed(d->context->owner);
		return;
	}
	if (stssl_address_from(&sa, &from) < 0 ||
	    !stssl_address_same_ip(&from, &d->context->client)) {
		(void)close(fd);
		if (!d->had_foreign)
			d->context->foreign(d->context->owner, &from);
		d->had_foreign = true;
		return;
	}
	stop_listening(d);
	adopt_client(d, fd);
	on_stream(d);
}

static void
on_stranger(void *owner, const struct stssl_address *from)
{
	const struct data *d = owner;

	d->context->stranger(d->context->owner, from);
}

static void
on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct data *d = timer->data;

	(void)loop;
	(void)events;
	if (d->client_state == SIDE_HANDSHAKE)
		settle(d, DATA_NO_TLS);
	else if (d->client_state == SIDE_UP)
		settle(d, DATA_BROKEN_BACKEND);
	else
		settle(d, DATA_NO_CONNECTION);
	d->context->changed(d->context->owner);
}

static void
on_arrival(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)events;
	ev_timer_stop(loop, timer);
	on_stream(timer->data);
}

/* A client that reads nothing any more must not keep a session for ever. */
static void
on_stall(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct data *d = timer->data;
	uint64_t moved = data_bytes(d);

	(void)events;
	/* All bytes are through, and it is the backend that takes its time. */
	if (is_through(d) && (!d->finishing || d->finished))
		return;
	if (moved != d->moved) {
		d->moved = moved;
		return;
	}
	ev_timer_stop(loop, timer);
	settle(d, DATA_BROKEN_CLIENT);
	d->context->changed(d->context->owner);
}

/* Interface */

struct data *
data_new(const struct data_context *context)
{
	struct data *d = calloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	d->context = context;
	stream_none(&d->client);
	backend_data_init(&d->backend, context->loop, &context->backend);
	d->backend.changed = on_stream;
	d->backend.stranger = on_stranger;
	d->backend.owner = d;
	ev_io_init(&d->listener, on_listener, -1, EV_READ);
	ev_timer_init(&d->timer, on_timer, SETUP_SECONDS, 0.);
	ev_timer_init(&d->stall, on_stall, STALL_SECONDS, STALL_SECONDS);
	ev_timer_init(&d->arrival, on_arrival, 0., ARRIVAL_STEP);
	d->listener.data = d->timer.data = d->stall.data = d;
	d->arrival.data = d;
	return d;
}

struct data *
data_free(struct data *d)
{
	if (d == NULL)
		return NULL;
	ev_timer_stop(d->context->loop, &d->timer);
	ev_timer_stop(d->context->loop, &d->stall);
	ev_timer_stop(d->context->loop, &d->arrival);
	stop_listening(d);
	backend_data_stop(&d->backend);
	flow_done(&d->flow);
	stream_reset(&d->client);
	if (is_through(d))
		stream_close(&d->backend.stream);
	else
		stream_reset(&d->backend.stream);
	free(d);
	return NULL;
}

int
data_listen_backend(struct data *d, struct stssl_address *ret)
{
	return backend_data_listen(&d->backend, ret);
}

int
data_connect_backend(struct data *d, uint16_t port)
{
	return backend_data_connect(&d->backend, port);
}

int
data_listen(struct data *d, struct stssl_address *ret)
{
	struct stssl_address at;
	int fd;

	fd = passive_listen(
	    d->context->listen, &d->context->local, d->context->scope, &at);
	if (fd < 0)
		return fd;
	ev_io_set(&d->listener, fd, EV_READ);
	ev_io_start(d->context->loop, &d->listener);
	if (d->context->listen->passive_address != NULL)
		memcpy(at.ip, d->context->listen->passive_address->ip,
		    sizeof at.ip);
	*ret = at;
	return 0;
}

void
data_target(struct data *d, const struct stssl_address *target)
{
	d->active = true;
	d->target = *target;
}

static int
connect_to_client(const struct data *d)
{
	const struct data_context *c = d->context;

	return c->scope != 0 ? socket_connect_scoped(&d->target, c->scope)
			     : socket_connect_inet(&d->target, &c->local);
}

void
data_begin(struct data *d, enum data_direction direction, bool secure)
{
	bool up = direction == DATA_UPLOAD;

	d->begun = true;
	d->secure = secure;
	d->direction = direction;
	flow_init(&d->flow, up ? &d->client : &d->backend.stream,
	    up ? &d->backend.stream : &d->client);
	ev_timer_start(d->context->loop, &d->timer);
	if (d->active) {
		int fd = connect_to_client(d);

		if (fd >= 0)
			adopt_client(d, fd);
		else
			settle(d, DATA_NO_CONNECTION);
	}
	step(d);
}

void
data_expect_backend(struct data *d)
{
	backend_data_expect(&d->backend);
	step(d);
}

void
data_relay(struct data *d)
{
	d->may_relay = true;
	backend_data_announced(&d->backend);
	step(d);
}

bool
data_client_ready(const struct data *d)
{
	return d->client_state == SIDE_UP && d->outcome == DATA_PENDING;
}

enum data_outcome
data_outcome(const struct data *d)
{
	return d->outcome;
}

void
data_hurry(struct data *d)
{
	if (d->direction == DATA_DOWNLOAD)
		return;
	if (!is_through(d)) {
		settle(d, DATA_BROKEN_BACKEND);
	} else if (!ev_is_active(&d->timer)) {
		/* When it was stopped, it kept what was left of its time. */
		ev_timer_set(&d->timer, SETUP_SECONDS, 0.);
		ev_timer_start(d->context->loop, &d->timer);
	}
}

void
data_finish(struct data *d, bool success)
{
	bool proper = d->outcome == DATA_COMPLETE
			  ? success
			  : d->outcome == DATA_PENDING &&
				d->direction == DATA_UPLOAD && !success &&
				d->client_state == SIDE_UP;

	if (!proper && !d->finishing) {
		reset_client(d);
		return;
	}
	d->finishing = true;
	step(d);
}

bool
data_is_finished(const struct data *d)
{
	return d->finished;
}

uint64_t
data_bytes(const struct data *d)
{
	return d->direction == DATA_UPLOAD ? d->client.bytes_in
					   : d->client.bytes_out;
}

void
data_count(const struct data *d, uint64_t *in, uint64_t *out)
{
	*in += d->client.bytes_in;
	*out += d->client.bytes_out;
}
