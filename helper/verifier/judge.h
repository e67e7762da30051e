/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the verifier finds of a handshake: is it with our server and new, who
 * has signed it, and what comes of his certificate?
 */
#ifndef HELPER_VERIFIER_JUDGE_H
#define HELPER_VERIFIER_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "helper/verifier/nonces.h"
#include "status/record.h"
#include "status/words.h"
#include "x509/types.h"

struct x509_store;

/* Knows our certificates and the algorithms that count. */
struct judge;

/*
 * `algorithms` are GNUTLS_SIGN_*, which are copied.  A signature may come
 * `seconds` after its nonce was made.  NULL when out of memory.
 */
struct judge *judge_new(
    const unsigned *algorithms, size_t count, unsigned seconds);

/* Add a certificate of ours in DER.  Returns 0, -EBADMSG or -ENOMEM. */
int judge_add_server(struct judge *judge, const void *der, size_t len);

/* Takes NULL.  Returns NULL. */
struct judge *judge_free(struct judge *judge);

/* A certificate whose owner has signed. */
struct finding {
	bool is_1_3;                /* the handshake; or TLS 1.2 */
	bool is_foreign;            /* PROOF_FOREIGN: it may be an old one */
	enum stssl_failure failure; /* STSSL_FAILURE_NONE: it is good */
	time_t good_until;          /* 0: it does not say */
	struct stssl_record record; /* SSL_CLIENT_* */
	size_t der_len;
	unsigned char der[X509_CHAIN_BYTES]; /* the chain, one after another */
};

/*
 * Judge the handshake that a worker hands in, whose messages are `bytes`.  Its
 * nonce is used up, whatever comes of it; a foreign one is not looked at.
 * Returns NULL and *ret, whose record
 * is the caller's to end; or why its certificate counts for nothing, a
 * constant.
 */
const char *judge_handshake(const struct judge *judge,
    const struct x509_store *store, struct nonces *nonces,
    const struct proof_request *request, const uint8_t *bytes,
    struct finding *ret);

#endif
