/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has signed a handshake: our server, and the owner of the client's key.
 */
#ifndef HELPER_VERIFIER_TRANSCRIPT_H
#define HELPER_VERIFIER_TRANSCRIPT_H

#include "helper/verifier/messages.h"

struct gnutls_priority_st;
struct gnutls_pubkey_st;

/* What a signature has to be. */
struct transcript_terms {
	const unsigned *algorithms; /* GNUTLS_SIGN_*, that count */
	size_t count;
};

/*
 * The public key of a certificate in DER, the caller's.  Returns 0 and *ret, or
 * a negative GnuTLS code.
 */
int transcript_key(struct slice der, struct gnutls_pubkey_st **ret);

/* Takes NULL. */
void transcript_key_free(struct gnutls_pubkey_st *key);

/* A key of the server's, and what the keyholder says of a signature by it. */
struct transcript_server {
	struct gnutls_pubkey_st *key;
	const uint8_t *name; /* KEY_NAME bytes: of its certificate */
	const uint8_t *tag;  /* KEY_TAG bytes, of anybody's: they are checked */
};

/*
 * Has this key signed for the server; has that one for the client?  Over the
 * transcript up to there; in TLS 1.2 the server over the randoms and the key
 * exchange's parameters.  The signature of a server need not be verified when
 * the tag is the keyholder's of this very signature over these very bytes.
 * Each returns NULL, or why that is not so, a constant.
 */
const char *transcript_verify_server(const struct messages *m,
    const struct transcript_terms *terms,
    const struct transcript_server *server);
const char *transcript_verify_client(const struct messages *m,
    const struct transcript_terms *terms, struct gnutls_pubkey_st *key);

#endif
