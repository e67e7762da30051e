/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A client's certificate, and the CA certificates that it sent with it.
 */
#ifndef X509_CHAIN_H
#define X509_CHAIN_H

#include <stddef.h>
#include <time.h>

#include "x509/file.h"
#include "x509/types.h"

struct x509_chain;

/* An empty chain; NULL when out of memory. */
struct x509_chain *x509_chain_new(void);

/* Takes NULL.  Returns NULL. */
struct x509_chain *x509_chain_free(struct x509_chain *chain);

/*
 * Add a certificate: the leaf first.  A malformed one, or one too many, is not
 * kept, and the chain never verifies then.
 */
void x509_chain_add(struct x509_chain *chain, const void *der, size_t len);

/* When the leaf expires; 0 when there is none, or when it does not say. */
time_t x509_chain_until(const struct x509_chain *chain);

/*
 * The certificates of some bytes, one behind the other in DER.  Returns 0 and
 * *ret, -EBADMSG when that is not what they are, -ENOMEM.
 */
int x509_chain_split(const void *der, size_t len, struct x509_chain **ret);

/*
 * The certificates of a PEM text; other things between them do not matter.
 * Returns 0 and *ret, -EBADMSG when there is no certificate, -ENOMEM.
 */
int x509_chain_parse(const void *pem, size_t len, struct x509_chain **ret);

/* The same of a file.  Returns 0 and *ret, or a negative errno, error->text. */
int x509_chain_read(
    const char *path, struct x509_chain **ret, struct x509_error *error);

#endif
