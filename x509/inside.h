/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Types and calls that the files of this folder share, in GnuTLS's types.
 * Nothing outside includes this.
 */
#ifndef X509_INSIDE_H
#define X509_INSIDE_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <string.h>

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

/* A CA of the store. */
struct x509_ca {
	gnutls_x509_crt_t cert;
	unsigned char key[X509_KEY];
};

struct x509_store {
	gnutls_x509_trust_list_t trust; /* GnuTLS's view of the CAs */
	enum x509_stale stale;
	bool has_lists; /* lists were asked for: they must be there */
	struct x509_ca *cas;
	size_t ca_count;
	struct x509_list *lists;
	size_t list_count;
};

/* RSA of 2048 bits, SHA-256: NIST's 112 bits of security. */
#define X509_FLAGS GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM)
/* GnuTLS knows no other time than now: others are looked at here. */
#define X509_FLAGS_UNDATED (X509_FLAGS | GNUTLS_VERIFY_DISABLE_TIME_CHECKS)

/* GnuTLS takes what it only reads as non-const. */
static inline gnutls_datum_t
x509_datum(const void *bytes, size_t len)
{
	union {
		const void *in;
		unsigned char *out;
	} u = { .in = bytes };

	return (gnutls_datum_t){ u.out, (unsigned)len };
}

/* The same bytes, and there are some. */
static inline bool
x509_same(const gnutls_datum_t *a, const gnutls_datum_t *b)
{
	return a->size > 0 && a->size == b->size &&
	       memcmp(a->data, b->data, a->size) == 0;
}

/* By names and key identifiers; no signature is checked. */
static inline bool
x509_is_issued_by(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer)
{
	return gnutls_x509_crt_check_issuer(cert, issuer) != 0;
}

/*
 * As x509_verify(), and the path, whose certificates belong to the chain and
 * the store; *ret is rubbish when something is wrong.
 */
enum stssl_failure x509_verify_path(const struct x509_store *store,
    const struct x509_chain *chain, const struct x509_terms *terms,
    struct x509_path *ret);

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
 * Follow the chain of a server's first certificate up to a root CA, which may
 * be one of them, of `store`, which may be NULL, or of the system's.  Returns
 * `count` when it gets there, else the index of the certificate where it ends.
 */
unsigned x509_chain_gap(const gnutls_x509_crt_t *certs, unsigned count,
    const struct x509_store *store);

/* SHA-256 of the public key.  False when GnuTLS cannot tell. */
bool x509_key_of(gnutls_x509_crt_t cert, unsigned char ret[static X509_KEY]);

/* The serial number.  False when it is longer than any in a list. */
bool x509_serial_of(gnutls_x509_crt_t cert, struct x509_serial *ret);

#endif
