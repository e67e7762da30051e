/* SPDX-License-Identifier: BSD-2-Clause
 *
 * OCSP (RFC 6960) for one client's certificate: the responder's URL, the
 * request, and the judgement of the response.  Nothing is sent from here.
 */
#ifndef X509_OCSP_H
#define X509_OCSP_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "status/tools/url.h"
#include "x509/list.h"

struct x509_store;

/* The state of a certificate.  0 is the one that nobody has set. */
enum x509_ocsp {
	X509_OCSP_UNKNOWN, /* neither good nor revoked, as far as is known */
	X509_OCSP_GOOD,
	X509_OCSP_REVOKED,
	X509_OCSP_COUNT
};

/* "unknown" for a value that is none of the enum. */
const char *x509_ocsp_word(enum x509_ocsp found);

/* Longer answers are refused. */
#define X509_OCSP_MAX 65536

/* A certificate by its issuer's key (SHA-256) and its serial number. */
struct x509_ocsp_id {
	unsigned char key[X509_KEY];
	struct x509_serial serial;
};

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

/* The state of a certificate, and until when it counts. */
struct x509_finding {
	enum x509_ocsp found;
	time_t until;    /* unless UNKNOWN */
	const char *why; /* if UNKNOWN: a constant */
};

/*
 * Read an answer.  It counts when it is signed by the very issuer, or with a
 * certificate by that issuer that is valid, for OCSP, and not revoked by a list
 * of the store.  All entries for this certificate count whose thisUpdate is
 * over, but for five minutes of clocks that differ, and whose nextUpdate is
 * not.  Without nextUpdate an entry counts for an hour, and should not be kept
 * for more than five minutes.  "revoked" outweighs other entries.
 */
struct x509_finding x509_inquiry_read(const struct x509_inquiry *inquiry,
    const struct x509_store *store, const void *response, size_t len,
    time_t now);

#endif
