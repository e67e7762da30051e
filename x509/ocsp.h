/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The judgement of a responder's answer, OCSP (RFC 6960).
 */
#ifndef X509_OCSP_H
#define X509_OCSP_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct x509_inquiry;
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
