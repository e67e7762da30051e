/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes certificates and revocation lists for tests: sound ones, but for what
 * a test changes about them.  All fail the test when GnuTLS fails.
 */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* When all certificates and lists are good; the clock does not matter. */
#define NOON ((time_t)2000000000)
#define HOUR 3600

/* Another time to be good at, from the next certificate on. */
void make_at(time_t noon);

struct made {
	gnutls_x509_crt_t cert;
	gnutls_x509_privkey_t key;
};

/* A certificate in the making, for an edit to change. */
struct making {
	gnutls_x509_crt_t cert;
	const char *name; /* the last CN; NULL for none */
	gnutls_pk_algorithm_t algorithm;
	unsigned bits;
	/* of a modulus whose key nobody has, and of its exponent; 0: 65537 */
	unsigned strange_bits, strange_exponent;
	gnutls_digest_algorithm_t digest;
	const struct made *key_of; /* whose key it is; NULL: one of its own */
	bool has_no_ids;           /* of keys */
	bool spoil;                /* the signature, afterwards */
	bool is_bare;              /* no extensions at all */
};
typedef void (*making_edit)(struct making *m);

/*
 * A CA, or a leaf for clients: named CN=`name`, good for an hour before and
 * after NOON, by `issuer` or, NULL, by itself.  `edit` may be NULL.
 */
struct made make_ca(
    const char *name, const struct made *issuer, making_edit edit);
struct made make_leaf(
    const char *name, const struct made *issuer, making_edit edit);
/* The same CA as `ca`, by name and key, but by another issuer. */
struct made make_cross(
    const struct made *ca, const struct made *issuer, making_edit edit);
void unmake(struct made *made);

/* An extension as it is, in DER. */
void add_extension(struct making *m, const char *oid, bool critical,
    const void *der, size_t len);

/*
 * A list in PEM, to be freed with gnutls_free(): by `ca`, from `begin` to
 * `end`, of `count` certificates.
 */
gnutls_datum_t make_list(const struct made *ca, time_t begin, time_t end,
    const struct made *const *revoked, size_t count);

/* PEM, to be freed with gnutls_free(). */
gnutls_datum_t pem_of(const struct made *made);

/*
 * A directory for files, below $TMPDIR; removed, with what is in it, by
 * files_done().  A file's contents are the texts, one after the other.
 */
struct files {
	char dir[128];
};
void files_init(struct files *files);
void files_done(struct files *files);
const char *file_name(const struct files *files, const char *name);
const char *write_file(const struct files *files, const char *name,
    const gnutls_datum_t *texts, size_t count);

#endif
