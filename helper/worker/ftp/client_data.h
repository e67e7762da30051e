/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The client's side of one data connection.  The client connects to us (PASV,
 * EPSV) or we connect to it (PORT, EPRT).  The peer has to be this session's
 * client and nobody else:
 *
 *   - a connection counts when it comes from the control connection's address,
 *     and the first such is the only one; of one from a proxy that is what its
 *     header says;
 *   - with TLS, it has to show what the listener's data-session asks for: that
 *     it resumes the control connection's TLS session, or has the same
 *     certificate.
 *
 * We are the TLS server whoever connects, RFC 4217 section 9.
 *
 * When the client is an Edge, it connects to the link's own port, with TLS that
 * resumes the session's link, always; the monitor finds out where it belongs.
 */
#ifndef HELPER_WORKER_FTP_CLIENT_DATA_H
#define HELPER_WORKER_FTP_CLIENT_DATA_H

#include <ev.h>
#include <stdbool.h>

#include "helper/worker/ftp/data_outcome.h"
#include "helper/worker/proxy/reader.h"
#include "helper/worker/relay/stream.h"
#include "status/address.h"

enum client_data_state {
	CLIENT_DATA_NONE,   /* or it is listened for, or offered */
	CLIENT_DATA_HEADER, /* of PROXY: whose is it? */
	CLIENT_DATA_CONNECTING,
	CLIENT_DATA_HANDSHAKE,
	CLIENT_DATA_UP,
	CLIENT_DATA_FAILED, /* see `failure` */
};

struct session;

struct client_data {
	struct session *session;
	struct ev_io listener; /* fd -1 when there is none */
	/* Who has connected from a proxy, until it says whose that is. */
	struct proxy_reader proxy;
	struct stream stream;
	enum client_data_state state;
	enum data_outcome failure;
	enum data_direction direction;
	bool is_secure;
	/* Once TLS is up, for the log: its version, and whose it is. */
	const char *version;
	bool is_resumed, has_same_certificate;
	bool is_offered;             /* client_data_offer() */
	bool is_active;              /* client_data_target() */
	struct stssl_address target; /* where to connect to, then */
	bool had_foreign;
	/* The stream or the state has changed. */
	void (*changed)(void *owner);
	void *owner;
};

void client_data_init(struct client_data *c, struct session *session,
    void (*changed)(void *owner), void *owner);

/*
 * PASV, EPSV: listen for the client.  Returns 0 and where, as the client is to
 * be told; or -errno, see passive_listen().
 */
int client_data_listen(struct client_data *c, struct stssl_address *ret);

/*
 * The same for an Edge, which connects to the port of its link: returns where
 * that is.  From now on client_data_take() takes one connection, socket `fd`,
 * which is the caller's to close when it returns false.
 */
struct stssl_address client_data_offer(struct client_data *c);
bool client_data_take(struct client_data *c, int fd);

/* PORT, EPRT: connect to the client when the transfer begins. */
void client_data_target(
    struct client_data *c, const struct stssl_address *target);

/* The transfer command has come: bring it up, with TLS when `secure`. */
void client_data_begin(
    struct client_data *c, enum data_direction direction, bool secure);

/* Go on with what is under way.  Watches for what it waits. */
void client_data_step(struct client_data *c);

/*
 * The relaying begins, and it is settled who opens what the client sends: when
 * it is the kernel, this is said, and else nothing more is kept for it.
 */
void client_data_relays(struct client_data *c);

/* Stop listening; the stream stays. */
void client_data_stop(struct client_data *c);

#endif
