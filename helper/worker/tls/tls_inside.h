/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is inside of a context and of a connection.  Nothing outside of this
 * folder includes this, but tests.
 */
#ifndef HELPER_WORKER_TLS_TLS_INSIDE_H
#define HELPER_WORKER_TLS_TLS_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/worker/tls/ahead.h"
#include "helper/worker/tls/flight.h"
#include "helper/worker/tls/keyremote.h"
#include "helper/worker/tls/keyupdate.h"
#include "helper/worker/tls/prover.h"
#include "helper/worker/tls/tls_types.h"

struct gnutls_certificate_credentials_st;
struct gnutls_priority_st;
struct gnutls_session_int;
struct tls_groups;
struct tls_names;
struct tls_tickets;
struct x509_store;

/* Credentials with some of the certificates only, for their hosts. */
struct tls_choice {
	uint64_t set; /* of tls_names_set() */
	struct gnutls_certificate_credentials_st *credentials;
};

/* What both sides of links need. */
struct tls_link {
	const struct link_config *config; /* NULL: there are no links */
	struct gnutls_certificate_credentials_st *credentials;
	struct gnutls_priority_st *priority;
	struct tls_link_shown *shown; /* certificates that Edges show */
	int64_t rest_until;           /* keylink_ask() */
};

struct tls_context {
	struct x509_store *store; /* the CAs of clients and their lists */
	struct gnutls_certificate_credentials_st *credentials;
	unsigned server_count;   /* certificates in these */
	struct tls_names *names; /* of these credentials */
	struct tls_choice *choices;
	size_t choice_count;
	struct gnutls_priority_st *priority;
	struct tls_groups *groups; /* of the priority */
	struct keyremote *keys; /* NULL where credentials sign by themselves */
	struct tls_tickets *tickets; /* of stream listeners */
	struct prover *prover;       /* NULL where nothing is proven */
	struct tls_link link;
};

/* See tls_proof.h. */
struct tls_proof {
	bool is_wanted; /* there may be a certificate, and a verifier */
	bool has_nonce, expects_1_3;
	bool is_foreign; /* the nonce: tls_use_nonce() */
	bool is_whole;   /* the client's signature has come */
	struct prover_nonce nonce;
	uint8_t tag[KEY_TAG];    /* of our signature */
	struct buffer *messages; /* NULL: there is nothing to hand in */
};

struct tls {
	struct gnutls_session_int *session;
	struct tls_context *context;
	struct tls_tickets *tickets;
	enum tls_use use;
	struct tls *signer; /* tls_sign_over() */
	keyremote_ask *on_sign;
	int fd;
	int error; /* GnuTLS's, of the last call that failed */

	/* The handshake. */
	struct flight flight; /* until is_up */
	bool is_strict;       /* tls_refuse_unknown_name() */
	bool has_signatures;  /* the client names those that it takes */
	bool has_hello;       /* the client's first message was whole */
	bool is_agreed; /* nothing but the flight is left of the handshake */
	bool is_up;     /* the handshake is over */
	bool is_not_for_signing; /* the client's certificate */
	struct tls_proof proof;
	const struct link_pins *pins; /* of a link: whom it may be with */
	const struct link_pin *pin;   /* with whom it is, once it is up */
	bool has_ticket;              /* of an Edge, and not used yet */

	/* Records. */
	struct ahead ahead;
	unsigned noise; /* warnings and renegotiations so far */
	size_t barren;  /* bytes received since there were data */
	size_t unsent;  /* bytes that GnuTLS took but could not send yet */
	bool more;      /* another record follows at once */
	unsigned tickets_due;  /* their rest goes before anything else */
	bool gives_no_tickets; /* by itself: see tls_handshake() */
	bool has_alerted;      /* tls_has_alerted() */
	bool is_elsewhere;     /* tls_sending_keys(): somebody else writes */

	/* Up to tls_receiving_keys(). */
	bool keeps_secret;
	struct traffic_secret secret; /* the client's, with TLS 1.3 */
};

/*
 * A connection that knows its socket, and nothing but what all have: tls_new()
 * and tls_link.c complete it.  NULL when out of memory.
 */
struct tls *tls_open(struct tls_context *context, unsigned flags,
    struct gnutls_certificate_credentials_st *credentials,
    struct gnutls_priority_st *priority, int fd);

/* See tls_send_ticket(). */
enum tls_result tls_send_tickets(struct tls *tls, unsigned count);

#endif
