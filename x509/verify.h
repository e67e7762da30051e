/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether a client's certificate is good.
 */
#ifndef X509_VERIFY_H
#define X509_VERIFY_H

#include <time.h>

#include "status/words.h"

struct x509_chain;
struct x509_path;
struct x509_store;

/* What a client's certificate is for: RFC 5280's id-kp-clientAuth. */
#define X509_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"

struct x509_terms {
	time_t now;          /* when it has to be good */
	const char *purpose; /* an OID; NULL: whatever it may be for */
};

/*
 * Verify `chain`: by GnuTLS up to a CA of the store, and then by the checks of
 * checks.h.  If that fails, the same for other paths through the chain's
 * certificates, one of which is enough.  A certificate without a list of
 * purposes, and one for any purpose, is good for each; where a purpose is asked
 * for, its key has to be one for signatures.
 * Returns STSSL_FAILURE_NONE or, of several failures, the most telling one.
 * Needs no network and no clock.
 */
enum stssl_failure x509_verify(const struct x509_store *store,
    const struct x509_chain *chain, const struct x509_terms *terms);

/*
 * As x509_verify(), of a chain that the caller keeps.  The path that was good
 * last, by this very store and for the same purpose, is not computed again as
 * long as its dates and the lists still say so; else all is.  The purpose is a
 * constant of the caller's.
 */
enum stssl_failure x509_verify_kept(const struct x509_store *store,
    struct x509_chain *chain, const struct x509_terms *terms);

/*
 * What of x509_verify() depends on the leaf alone: its dates, purpose, key and
 * signature algorithm.  A failure here is one with any CA.
 */
enum stssl_failure x509_verify_alone(
    const struct x509_chain *chain, const struct x509_terms *terms);

/*
 * As x509_verify(), and the path, whose certificates belong to the chain and
 * the store; *ret is rubbish when something is wrong.
 */
enum stssl_failure x509_verify_path(const struct x509_store *store,
    const struct x509_chain *chain, const struct x509_terms *terms,
    struct x509_path *ret);

/*
 * For a leaf (PEM) that verified when its session began: has it expired, or
 * been revoked by the lists of this store?  Lists that are missing or out of
 * date say nothing; the rest of the chain is not needed.
 * Returns STSSL_FAILURE_NONE when it may go on, else EXPIRED, REVOKED, or
 * OTHER for what cannot be read.
 */
enum stssl_failure x509_verify_again(
    const struct x509_store *store, const char *pem, time_t now);

#endif
