/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One FTP data connection: the client's side (which is the TLS client whoever
 * connects, RFC 4217 section 9), the backend's side, and the transfer between
 * them.  Knows nothing of commands and replies: its owner tells it when.
 *
 *   data_new -> data_listen_backend           before the backend's PORT, EPRT
 *             | data_connect_backend          after its 227, 229
 *            -> data_listen | data_target     at PASV, EPSV | PORT, EPRT
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

#include "helper/worker/tls/tls.h"
#include "setup/config.h"
#include "status/address.h"

enum data_direction {
	DATA_DOWNLOAD,
	DATA_UPLOAD
};

enum data_outcome {
	DATA_PENDING,
	DATA_COMPLETE,      /* all bytes went through, both ends were proper */
	DATA_BROKEN_CLIENT, /* the client broke off: reset, no close_notify */
	DATA_BROKEN_BACKEND,
	DATA_TWO_BACKENDS, /* backend_data.h: who is the backend? */
	/* From here on it is the client's side that did not come up. */
	DATA_NO_CONNECTION,
	DATA_NO_TLS,
	DATA_NOT_RESUMED,       /* what data-session asks for is missing */
	DATA_OTHER_CERTIFICATE, /* the same */
};

/* What a data connection takes from its control connection. */
struct data_context {
	struct ev_loop *loop;
	const struct listen_config *listen;
	bool kernel_tls; /* let the kernel encrypt downloads, where it can */
	struct tls_context *tls;
	struct tls_tickets *tickets;
	struct stssl_address client;     /* where the client comes from */
	struct stssl_address local;      /* where it connected to */
	uint32_t scope;                  /* of both: socket_scope() */
	struct stssl_connection backend; /* as we see it */
	bool has_fingerprint;            /* of the client's certificate */
	char fingerprint[TLS_FINGERPRINT];
	/* Something changed: look at data_client_ready(), data_outcome(). */
	void (*changed)(void *owner);
	/* Somebody else has connected to the client's port, for the first time. */
	void (*foreign)(void *owner, const struct stssl_address *from);
	/* The same for the backend's. */
	void (*stranger)(void *owner, const struct stssl_address *from);
	/* The kernel encrypts this transfer. */
	void (*in_kernel)(void *owner);
	void *owner;
};

struct data;

/* `context` must outlive it.  NULL when out of memory. */
struct data *data_new(const struct data_context *context);

/* Ends at once whatever is open, with RST.  Takes NULL.  Returns NULL. */
struct data *data_free(struct data *d);

/*
 * The backend's side in active mode, in passive mode; see backend_data.h.
 * Return 0 or -errno.
 */
int data_listen_backend(struct data *d, struct stssl_address *ret);
int data_connect_backend(struct data *d, uint16_t port);

/*
 * Listen for the client.  Returns 0 and where; or -errno, see
 * passive_listen().
 */
int data_listen(struct data *d, struct stssl_address *ret);

/* Connect to the client when the transfer begins. */
void data_target(struct data *d, const struct stssl_address *target);

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

enum data_outcome data_outcome(const struct data *d);

/*
 * The backend has said 2xx while the outcome is DATA_PENDING.  An upload whose
 * end it has not been sent yet is broken; if it has been, the backend has until
 * a deadline to close its side.  data_outcome() may change at once.
 */
void data_hurry(struct data *d);

/*
 * The backend has said its last word.  When it was success and the outcome is
 * DATA_COMPLETE the client gets a proper end, close_notify included; when it
 * refused an upload, too, for the reply tells; else RST.
 * data_is_finished() tells when the end is sent.
 */
void data_finish(struct data *d, bool success);
bool data_is_finished(const struct data *d);

/* Bytes relayed so far. */
uint64_t data_bytes(const struct data *d);

/* The same, to be added to what came from and went to the client. */
void data_count(const struct data *d, uint64_t *in, uint64_t *out);

#endif
