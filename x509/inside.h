/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is inside of the structs of this folder, in GnuTLS's types.  Nothing
 * outside includes this.
 */
#ifndef X509_INSIDE_H
#define X509_INSIDE_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <string.h>

#include "x509/types.h"

struct x509_list;
struct x509_store;

/* The path that was found good: leaf first, the trusted CA last. */
struct x509_path {
	gnutls_x509_crt_t certs[X509_CHAIN_MAX + 1];
	unsigned count;
};

struct x509_chain {
	gnutls_x509_crt_t certs[X509_CHAIN_MAX];
	unsigned count;
	size_t bytes;
	/* The first as it arrived: GnuTLS encodes some certificates anew. */
	unsigned char *leaf;
	size_t leaf_bytes;
	bool unfit; /* something of it could not be kept */
	/* x509_verify_kept(): what was good, where, and what for. */
	struct x509_path good;
	const struct x509_store *good_store; /* NULL: nothing yet */
	const char *good_purpose;
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

/* A certificate that is asked about, and its issuer. */
struct x509_inquiry {
	struct x509_chain *chain;
	gnutls_x509_crt_t leaf, issuer; /* the chain's, or the store's */
	struct x509_ocsp_id id;
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

#endif
