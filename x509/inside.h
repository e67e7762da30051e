/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of this folder know of each other, in GnuTLS's types.
 * Nothing outside includes this.
 */
#ifndef X509_INSIDE_H
#define X509_INSIDE_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "x509/chain.h"
#include "x509/der.h"
#include "x509/list.h"
#include "x509/store.h"
#include "x509/verify.h"

struct x509_chain {
	gnutls_x509_crt_t certs[X509_CHAIN_MAX];
	unsigned count;
	size_t bytes;
	/* The first as it arrived: GnuTLS encodes some certificates anew. */
	unsigned char *leaf;
	size_t leaf_bytes;
	bool unfit; /* something of it could not be kept */
};

/* The path that was found good: leaf first, the trusted CA last. */
struct x509_path {
	gnutls_x509_crt_t certs[X509_CHAIN_MAX + 1];
	unsigned count;
};

/*
 * As x509_verify(), and the path, whose certificates belong to the chain and
 * the store; *ret is rubbish when something is wrong.
 */
enum stssl_failure x509_verify_path(const struct x509_store *store,
    const struct x509_chain *chain, const struct x509_terms *terms,
    struct x509_path *ret);

/* GnuTLS's view of the store's CAs, and whether lists are asked for at all. */
gnutls_x509_trust_list_t x509_store_trust(const struct x509_store *store);
bool x509_store_has_lists(const struct x509_store *store);

/* All whose lists count, trusted or not; the nth is there. */
size_t x509_store_signer_count(const struct x509_store *store);
gnutls_x509_crt_t x509_store_signer(
    const struct x509_store *store, size_t n, bool *ret_trusted);

/*
 * An extension that is one SEQUENCE: the whole, to be freed with gnutls_free()
 * whatever comes back, and what is in it; without the extension both are
 * empty.  False when it is malformed.
 */
bool x509_extension(gnutls_x509_crt_t cert, const char *oid,
    gnutls_datum_t *ret, struct x509_der *ret_content);

/*
 * The certificates of a PEM file, at least one, to be freed as below.  Returns
 * 0; or a negative errno with error->text "file: what".
 */
int x509_certificates_read(const char *path, gnutls_x509_crt_t **ret,
    unsigned *ret_count, struct x509_error *error);
void x509_certificates_free(gnutls_x509_crt_t *certs, unsigned count);

/*
 * Which of a server's certificates is the last of the first one's chain when no
 * issuer among them leads to a root CA; that may be one of them, or of `store`,
 * which may be NULL, or of the system's.  `count` when the chain is whole.
 */
unsigned x509_chain_gap(const gnutls_x509_crt_t *certs, unsigned count,
    const struct x509_store *store);

/* SHA-256 of the public key.  False when GnuTLS cannot tell. */
bool x509_key_of(gnutls_x509_crt_t cert, unsigned char ret[static X509_KEY]);

#endif
