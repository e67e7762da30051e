/* SPDX-License-Identifier: BSD-2-Clause
 *
 * OCSP (RFC 6960) for one client's certificate: the responder's URL and the
 * request.  Nothing is sent from here; x509/ocsp.h judges the answer.
 */
#ifndef X509_INQUIRY_H
#define X509_INQUIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "status/tools/url.h"
#include "x509/types.h"

struct x509_store;

/* A certificate that is asked about, and its issuer. */
struct x509_inquiry;

/*
 * For the leaf of a chain, one certificate behind the other in DER.  It is
 * verified first: URLs are those of our own CAs' certificates, and the issuer
 * is the one on the path that was found good.
 * Returns 0 and *ret, to be freed by x509_inquiry_free(); -EBADMSG for a chain
 * that is malformed or does not verify, -ENOENT for a leaf that is trusted
 * itself and has no issuer, -ENOMEM.
 */
int x509_inquiry_new(const struct x509_store *store, const void *der,
    size_t len, time_t now, struct x509_inquiry **ret);

/* Takes NULL.  Returns NULL. */
struct x509_inquiry *x509_inquiry_free(struct x509_inquiry *inquiry);

const struct x509_ocsp_id *x509_inquiry_id(const struct x509_inquiry *inquiry);

/*
 * The first URL of a responder that the certificate names and that can be asked
 * (status/tools/url.h); false when there is none.
 */
bool x509_inquiry_url(
    const struct x509_inquiry *inquiry, char ret[static STSSL_URL_MAX + 1]);

/*
 * The request in DER, to be freed by the caller: by SHA-1, which is what all
 * responders know, and without a nonce, so that they may answer with what they
 * have signed before.  Returns 0, *ret and *ret_len; or -ENOMEM.
 */
int x509_inquiry_request(
    const struct x509_inquiry *inquiry, unsigned char **ret, size_t *ret_len);

#endif
