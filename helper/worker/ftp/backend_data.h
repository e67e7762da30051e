/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The backend's side of one data connection.  In active mode (RFC 959 section
 * 3.3) the backend connects to us, in passive mode we connect to it.  The peer
 * has to be this session's backend and nobody else on the machine:
 *
 *   - in active mode connections count between the transfer command and the
 *     backend's 1xx reply only, from the backend's address only, and from a
 *     port below 1024 if the backend's own port is one, since these are root's;
 *   - backends connect before they say 1xx, so that with a second connection
 *     until then nobody can tell which is the backend's: both are refused.
 *
 * A Server is connected to when it gets the transfer command, at the address
 * and port of the link: in clear the session that the data are for, then TLS
 * that resumes the link's, which proves to each side who the other is.
 */
#ifndef HELPER_WORKER_FTP_BACKEND_DATA_H
#define HELPER_WORKER_FTP_BACKEND_DATA_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/worker/relay/stream.h"
#include "status/address.h"

enum backend_data_state {
	BACKEND_DATA_NONE,
	BACKEND_DATA_LISTENING, /* active: it has no reason to come yet */
	BACKEND_DATA_AWAITED,   /* active: it was told to come */
	BACKEND_DATA_OFFERED,   /* a Server's: to be connected to */
	BACKEND_DATA_CONNECTING,
	BACKEND_DATA_HANDSHAKE, /* with a Server */
	BACKEND_DATA_UP,
	BACKEND_DATA_FAILED,
	BACKEND_DATA_AMBIGUOUS, /* two came, and one is not the backend */
};

struct tls_context;

/* What a connection to a Server needs, which the session has. */
struct backend_link {
	struct tls_context *context; /* NULL: the backend is no Server */
	struct tls *control;
	uint64_t session; /* the Server's number of it */
};

struct backend_data {
	struct ev_loop *loop;
	const struct stssl_connection *control; /* as we see it */
	struct backend_link link;
	struct ev_io listener; /* fd -1 when there is none */
	struct stream stream;
	enum backend_data_state state;
	bool is_announced; /* the backend has said 1xx */
	bool had_stranger;
	/* The stream or the state has changed. */
	void (*changed)(void *owner);
	/* Somebody else has connected to the port, for the first time. */
	void (*stranger)(void *owner, const struct stssl_address *from);
	void *owner;
};

/*
 * `control` is the session's connection to its backend; it must outlive `b`.
 * Set the three callbacks' fields afterwards.
 */
void backend_data_init(struct backend_data *b, struct ev_loop *loop,
    const struct stssl_connection *control);

/*
 * Active mode: listen at the address of our end of the control connection.
 * Returns 0 and where in *ret; or -errno as passive_listen_any() says.
 */
int backend_data_listen(struct backend_data *b, struct stssl_address *ret);

/*
 * Passive mode: connect to `port` of the backend, now, before others do.
 * Returns 0, or -errno as connect(2) says.
 */
int backend_data_connect(struct backend_data *b, uint16_t port);

/* A Server expects a connection for data; what `link` points to is borrowed. */
void backend_data_link(struct backend_data *b, const struct backend_link *link);

/* The backend is about to get the transfer command. */
void backend_data_expect(struct backend_data *b);

/* The backend has said 1xx: in active mode it has connected before that. */
void backend_data_announced(struct backend_data *b);

/* Go on with a connection that is under way.  Watches for what it waits. */
void backend_data_step(struct backend_data *b);

/* Stop listening; the stream stays. */
void backend_data_stop(struct backend_data *b);

#endif
