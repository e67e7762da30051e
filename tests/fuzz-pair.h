/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keys and certificates for fuzz targets, which do without libcheck.  All abort
 * when GnuTLS fails.
 */
#ifndef TESTS_FUZZ_PAIR_H
#define TESTS_FUZZ_PAIR_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct fuzz_pair {
	gnutls_x509_crt_t cert;
	gnutls_x509_privkey_t key;
};

enum fuzz_key {
	FUZZ_P256,
	FUZZ_RSA
};

/*
 * A key; and a certificate, good for a day around now, whose CN and DNS name is
 * `name`: of a CA, by itself, when `issuer` is NULL, else of a leaf.  CAs are
 * on P-256.
 */
struct fuzz_pair fuzz_pair_new(
    enum fuzz_key kind, const char *name, const struct fuzz_pair *issuer);
void fuzz_pair_free(struct fuzz_pair *pair);

/* Each in a file of its own: `path` is as for mkstemp(3). */
void fuzz_pair_save(const struct fuzz_pair *pair, char *path);
void fuzz_pair_save_key(const struct fuzz_pair *pair, char *path);

#endif
