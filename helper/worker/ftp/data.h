/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One FTP data connection: the client's side (client_data.h), the backend's
 * side (backend_data.h), and the transfer between them.  Knows nothing of
 * commands and replies: its owner tells it when.
 *
 *   data_new -> backend_data_listen           before the backend's PORT, EPRT
 *             | backend_data_connect          after its 227, 229
 *            -> client_data_listen            at PASV, EPSV
 *             | client_data_target            at PORT, EPRT
 *            -> data_begin                    at the transfer command
 *            -> data_expect_backend           before the backend gets it
 *            -> data_relay                    when the backend says 1xx
 *            -> data_finish                   when the backend says 2xx
 */
#ifndef HELPER_WORKER_FTP_DATA_H
#define HELPER_WORKER_FTP_DATA_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/worker/ftp/backend_data.h"
#include "helper/worker/ftp/client_data.h"
#include "helper/worker/ftp/data_outcome.h"
#include "helper/worker/relay/flow.h"

struct data {
	struct session *session;
	struct ev_loop *loop;
	struct client_data client;
	struct backend_data backend;
	struct flow flow;
	enum data_direction direction;
	enum data_outcome outcome;
	bool has_begun, may_relay;
	bool has_ended;    /* an upload's end was sent to the backend */
	bool is_finishing; /* the client gets a proper end as soon as it can */
	bool is_finished;  /* it is sent, or there is none to send */
	bool has_lost_end; /* or the client was gone before it */
	struct ev_timer setup, stall;
	uint64_t moved;          /* bytes, when the stall timer last looked */
	struct ev_timer arrival; /* of an upload that was broken off */
	ev_tstamp cut_at;
};

/*
 * For a transfer of `session`, which must outlive it, and is run when outcome,
 * is_finished or data_client_ready() have changed.  NULL when out of memory.
 */
struct data *data_new(struct session *session);

/* Ends at once whatever is open, with RST.  Takes NULL.  Returns NULL. */
struct data *data_free(struct data *d);

/*
 * The transfer command came: bring the client's side up, with TLS when
 * `secure`.  May lead to an outcome at once.
 */
void data_begin(struct data *d, enum data_direction direction, bool secure);

/* The backend is about to get the transfer command. */
void data_expect_backend(struct data *d);

/* From now on bytes may flow, as soon as both sides are up. */
void data_relay(struct data *d);

/* True when the client's side is up, TLS and its proof included. */
bool data_client_ready(const struct data *d);

/*
 * The backend has said 2xx while the outcome is DATA_PENDING.  An upload whose
 * end it has not been sent yet is broken; if it has been, the backend has until
 * a deadline to close its side.  The outcome may change at once.
 */
void data_hurry(struct data *d);

/*
 * The backend has said its last word.  When it was success and the outcome is
 * DATA_COMPLETE the client gets a proper end, close_notify included; when it
 * refused an upload, too, for the reply tells; else RST.  is_finished tells
 * when the end is sent.
 */
void data_finish(struct data *d, bool success);

/* Bytes relayed so far, to be added to those from and to the client. */
void data_count(const struct data *d, uint64_t *in, uint64_t *out);

#endif
