/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a client's certificate says, in the words of stssl-status(7).
 */
#ifndef X509_LEAF_H
#define X509_LEAF_H

#include <stdbool.h>
#include <stddef.h>

#include "status/record.h"
#include "status/words.h"
#include "x509/types.h"

struct x509_chain;

/*
 * Put the SSL_CLIENT_* keys of the chain's leaf into `record`, with the
 * verdict of x509_verify().  A name with a NUL inside makes the verdict
 * bad-name when it was good, and is left out; an alternative name that is no
 * printable text is empty, a CN and a subject without anything are left out.
 * A leaf that could not be kept, or is larger than X509_LEAF_MAX, leaves the
 * verdict only.
 * Returns 0; or what stssl_record_put() says, or -EIO.
 */
int x509_describe(const struct x509_chain *chain, enum stssl_failure verdict,
    struct stssl_record *record);

/*
 * Lower-case hex SHA-256 of a certificate in DER, or of any other bytes; false
 * when GnuTLS cannot.
 */
#define X509_FINGERPRINT 65
bool x509_fingerprint(
    const void *der, size_t len, char ret[static X509_FINGERPRINT]);

/*
 * SHA-256 of the public key (SubjectPublicKeyInfo) of a certificate in DER;
 * false for one that cannot be read.
 */
bool x509_key_digest(
    const void *der, size_t len, unsigned char ret[static X509_KEY]);

/* True when the bytes are a name: not empty, and no control character. */
bool x509_is_printable(const void *bytes, size_t len);

#endif
