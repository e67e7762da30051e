/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ends a transfer.  An upload without close_notify reaches the backend as RST,
 * and is complete only when the backend has read it to its end; a download is
 * closed properly only after the backend has called it a success.
 */
#include <config.h>
#include "helper/worker/ftp/data_end.h"

#include "helper/worker/session.h"

/*
 * When a client breaks off an upload, the backend keeps what has arrived, for
 * the client to go on from there by REST.  A reset destroys bytes that are on
 * their way to the backend, so it waits for so long until they have arrived.
 */
#define ARRIVAL_SECONDS 5.

static void
reset_client(struct data *d)
{
	stream_reset(&d->client.stream);
	d->is_finished = true;
}

void
data_settle(struct data *d, enum data_outcome outcome)
{
	d->outcome = outcome;
	ev_timer_stop(d->loop, &d->setup);
	ev_timer_stop(d->loop, &d->arrival);
	client_data_stop(&d->client);
	backend_data_stop(&d->backend);
	flow_done(&d->flow);
	if (outcome == DATA_COMPLETE)
		return;
	stream_reset(&d->backend.stream);
	reset_client(d);
}

void
data_end_client(struct data *d)
{
	enum io_result r;

	if (d->is_finished || !stream_is_open(&d->client.stream))
		return;
	r = stream_finish(&d->client.stream);
	d->has_lost_end = r == IO_FAILED;
	if (r != IO_AGAIN)
		reset_client(d);
}

bool
data_is_through(const struct data *d)
{
	return d->flow.state == FLOW_ENDED;
}

void
data_flow_ended(struct data *d)
{
	if (d->direction == DATA_UPLOAD)
		return;
	/*
	 * A download's backend may wait for our FIN before it says 226, and at
	 * least for the acknowledgement of its own, which goes along with it.
	 */
	(void)stream_end(&d->backend.stream);
	data_settle(d, DATA_COMPLETE);
}

/* It waits when the socket is full and there is TLS on it. */
static void
end_upload(struct data *d)
{
	switch (stream_end(&d->backend.stream)) {
	case IO_AGAIN:
		break;
	case IO_OK:
		d->has_ended = true;
		/* Clients wait for our close_notify before they go on. */
		d->is_finishing = true;
		break;
	case IO_END:
	case IO_FAILED:
		data_settle(d, DATA_BROKEN_BACKEND);
		break;
	}
}

void
data_upload_cut(struct data *d)
{
	ev_tstamp now = ev_now(d->loop);

	if (d->cut_at == 0.)
		d->cut_at = now;
	if (stream_has_unsent(&d->backend.stream) &&
	    now - d->cut_at < ARRIVAL_SECONDS)
		ev_timer_again(d->loop, &d->arrival);
	else
		data_settle(d, DATA_BROKEN_CLIENT);
}

/*
 * The backend has an upload when it closes its side after ours.  It closes with
 * RST when it has not read all, and it has nothing to say.
 */
void
data_step_end(struct data *d)
{
	char byte;
	size_t n;

	if (!data_is_through(d) || d->direction != DATA_UPLOAD)
		return;
	if (!d->has_ended)
		end_upload(d);
	if (!d->has_ended)
		return;
	switch (stream_read(&d->backend.stream, &byte, 1, &n)) {
	case IO_AGAIN:
		break;
	case IO_END:
		data_settle(d, DATA_COMPLETE);
		break;
	case IO_OK:
	case IO_FAILED:
		data_settle(d, DATA_BROKEN_BACKEND);
		break;
	}
}

void
data_hurry(struct data *d)
{
	if (d->direction == DATA_DOWNLOAD)
		return;
	if (!data_is_through(d)) {
		data_settle(d, DATA_BROKEN_BACKEND);
	} else if (!ev_is_active(&d->setup)) {
		/* When it was stopped, it kept what was left of its time. */
		ev_timer_set(&d->setup, DATA_SETUP_SECONDS, 0.);
		ev_timer_start(d->loop, &d->setup);
	}
}

void
data_finish(struct data *d, bool success)
{
	bool proper = d->outcome == DATA_COMPLETE
			  ? success
			  : d->outcome == DATA_PENDING &&
				d->direction == DATA_UPLOAD && !success &&
				d->client.state == CLIENT_DATA_UP;

	if (!proper && !d->is_finishing) {
		reset_client(d);
		return;
	}
	d->is_finishing = true;
	data_step(d);
}
