/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What workers and the verifier say to each other, over a SOCK_SEQPACKET pair
 * of their own: structs of exact length, some with bytes behind them.
 *
 * The verifier gives out nonces in advance.  A worker puts one into each
 * ServerHello that asks for a certificate, and hands in all messages of the
 * handshake if a certificate comes.
 */
#ifndef HELPER_BASE_PROOF_H
#define HELPER_BASE_PROOF_H

#include <stdint.h>

#include "helper/base/keytag.h"
#include "status/quote.h"

/*
 * In front of ServerHello.random; its last eight bytes are for the marks of
 * RFC 8446 4.1.3.
 */
#define PROOF_NONCE_BYTES 24
/* At a time. */
#define PROOF_NONCES 256
/* A worker takes no nonce that it has had for longer. */
#define PROOF_NONCE_SECONDS 60
/*
 * An Edge hands in so much later than a client of ours has to be done with its
 * handshake: it also waits for its own verifier, and for OCSP.
 */
#define PROOF_EDGE_SECONDS 30
/* All messages of a handshake up to the client's CertificateVerify. */
#define PROOF_MAX 65536

/* Of a name that backends are told: send-proxy. */
#define PROOF_NAME_MAX 128

enum proof_type {
	PROOF_MORE = 1, /* a worker wants nonces: without bytes and session */
	PROOF_GIVEN,    /* a worker hands in a handshake */
	/*
	 * The same of an Edge, whose nonce another verifier has made: the
	 * Server's, which judges its age.
	 */
	PROOF_FOREIGN
};

struct proof_request {
	uint32_t type; /* enum proof_type */
	uint32_t len;  /* of the messages behind the struct, as on the wire */
	uint64_t session;
	uint64_t batch; /* of the nonce; never 0, but of a foreign one */
	uint32_t nonce; /* its number in the batch */
	uint32_t zero;
	/* The keyholder's, of the server's signature; any other: verify it. */
	uint8_t tag[KEY_TAG];
};

struct proof_nonces {
	uint64_t batch;
	uint8_t nonces[PROOF_NONCES][PROOF_NONCE_BYTES];
};

/* What a worker needs to know; the monitor has been told more before. */
struct proof_answer {
	uint64_t session;
	uint32_t failure; /* enum stssl_failure, or its COUNT: it is good */
	uint32_t is_1_3;  /* the handshake; 0 for TLS 1.2 */
	char sha256[2 * 32 + 1];       /* in hex; empty when it is not proven */
	char subject[STSSL_QUOTE_MAX]; /* its beginning; for the log */
	char name[PROOF_NAME_MAX + 1]; /* the CN; empty if it is longer */
};

#endif
