/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What we ask of a chain beyond GnuTLS's verification.  Each function returns
 * STSSL_FAILURE_NONE when nothing is wrong, else what is.
 */
#ifndef X509_CHECKS_H
#define X509_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "status/words.h"

struct gnutls_x509_crt_int;
struct x509_chain;
struct x509_path;

/*
 * To be asked before GnuTLS looks.  A chain fails that was too long, too large
 * or malformed, whose leaf is larger than X509_LEAF_MAX, or whose keys are so
 * large that their use is an attack.
 */
#define X509_LEAF_MAX 16384
enum stssl_failure x509_check_chain(const struct x509_chain *chain);

/* Reasons not to use the key of a certificate. */
enum {
	/* Of a kind, or on a curve, that GnuTLS does not know. */
	X509_KEY_UNKNOWN = 1,
	/* So large that checking one signature with it is an attack. */
	X509_KEY_HUGE = 2,
	/* Not for signatures of handshakes: digitalSignature is not listed. */
	X509_KEY_NOT_SIGNING = 4
};

/*
 * The bits above for a certificate in DER; 0 for other bytes, HUGE when out of
 * memory.
 */
unsigned x509_key_faults(const void *der, size_t len);

/*
 * The leaf by itself: no CA in any way, X.509 v3, and with a purpose; its key
 * may sign handshakes, unless `for_anything`.
 */
enum stssl_failure x509_check_leaf(
    struct gnutls_x509_crt_int *leaf, bool for_anything);

/* Is it valid at `now`?  A certificate without a date is not. */
enum stssl_failure x509_check_dates(
    struct gnutls_x509_crt_int *cert, time_t now);

/* May its key be used so (GNUTLS_KEY_*)?  It may when no uses are listed. */
bool x509_has_use(struct gnutls_x509_crt_int *cert, unsigned use);

/* Are subject and issuer the same name?  Their keys may differ. */
bool x509_is_self_issued(struct gnutls_x509_crt_int *cert);

/* Is its signature by the key of `ca`, and strong?  Dates do not matter. */
bool x509_is_signed_by(
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *ca);

/* Of a GnuTLS signature algorithm: unknown, or too weak for certificates? */
bool x509_is_weak_signature(int algorithm);

/*
 * Are its key, and the algorithm by which it is signed, too weak, or unknown?
 * GnuTLS asks the same in a verification.
 */
bool x509_is_weak(struct gnutls_x509_crt_int *cert);

/*
 * May the certificate serve this purpose?  Without a list of purposes it may;
 * anyExtendedKeyUsage in it counts only with `any`.
 */
bool x509_check_purpose(
    struct gnutls_x509_crt_int *cert, const char *purpose, bool any);

/*
 * The path that GnuTLS found, without lists.  It fails when a CA on it, trusted
 * or not, says that it is none, and when a CA may not vouch for a name below
 * it.
 */
enum stssl_failure x509_check_path(const struct x509_path *path);

#endif
