/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection as its files know it: tls.c (records), tls_handshake.c (how it
 * comes up) and peer.c (what there is to know of its client).  Nothing else
 * includes this.
 */
#ifndef HELPER_WORKER_TLS_TLS_CONNECTION_H
#define HELPER_WORKER_TLS_TLS_CONNECTION_H

#include <stdint.h>

#include "helper/worker/tls/flight.h"
#include "helper/worker/tls/tls.h"

struct gnutls_session_int;

struct tls {
	struct gnutls_session_int *session;
	struct tls_context *context;
	struct tls_tickets *tickets;
	enum tls_use use;
	int fd;
	int error; /* GnuTLS's, of the last call that failed */

	/* The handshake. */
	struct flight flight; /* until is_up */
	bool is_strict;       /* tls_refuse_unknown_name() */
	bool has_signatures;  /* the client names those that it takes */
	bool has_hello;       /* the client's first message was whole */
	bool is_agreed; /* nothing but the flight is left of the handshake */
	bool is_up;     /* the handshake is over */
	bool is_not_for_signing;      /* the client's certificate */
	enum stssl_failure condemned; /* STSSL_FAILURE_NONE: it is not */

	/* Records. */
	unsigned noise;     /* warnings and renegotiations so far */
	size_t barren;      /* bytes received since there were data */
	size_t unsent;      /* bytes that GnuTLS took but could not send yet */
	bool more;          /* another record follows at once */
	bool is_ticket_due; /* its rest goes before anything else */
	bool has_alerted;   /* tls_has_alerted() */
	bool is_elsewhere;  /* tls_sending_keys(): somebody else writes */
};

/* Prepare what tls_handshake() needs, before anything is read. */
void tls_prepare_handshake(struct tls *tls);

/*
 * The meaning of a GnuTLS code below 0: TLS_WANT_READ, TLS_WANT_WRITE, or
 * TLS_FAILED, and tls_error() says why.
 */
enum tls_result tls_meaning(struct tls *tls, int code);

/* Tell the peer of a failure, RFC 8446 section 6.2, unless it knows. */
void tls_alert(struct tls *tls, int code);

/*
 * X509_KEY_* for the client's certificate, out of its Certificate message
 * before GnuTLS reads it; 0 for a message that GnuTLS will complain of by
 * itself, and for no certificate.
 */
unsigned peer_key_faults(
    const struct tls *tls, const unsigned char *message, size_t len);

#endif
