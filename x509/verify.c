/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GnuTLS's verification of the client's chain, and after it the checks that
 * GnuTLS does not make.  Fails when anything is not known to be right.
 */
#include <config.h>
#include "x509/verify.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define OID_EKU "2.5.29.37"

/* GnuTLS's status bits in the order in which they are worth telling. */
static const struct {
	unsigned bit;
	enum stssl_failure failure;
} failures[] = {
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, STSSL_FAILURE_UNKNOWN_CA },
	{ GNUTLS_CERT_SIGNER_NOT_CA, STSSL_FAILURE_UNKNOWN_CA },
	{ GNUTLS_CERT_SIGNATURE_FAILURE, STSSL_FAILURE_BAD_SIGNATURE },
	{ GNUTLS_CERT_REVOKED, STSSL_FAILURE_REVOKED },
	{ GNUTLS_CERT_EXPIRED, STSSL_FAILURE_EXPIRED },
	{ GNUTLS_CERT_NOT_ACTIVATED, STSSL_FAILURE_NOT_YET_VALID },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, STSSL_FAILURE_WEAK },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, STSSL_FAILURE_BAD_PURPOSE },
	{ GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED, STSSL_FAILURE_CRL_STALE },
	{ GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE,
	    STSSL_FAILURE_CRL_STALE },
};

/* The first reason counts; COUNT while there is none. */
struct verdict {
	enum stssl_failure failure;
};

static void
fail(struct verdict *v, enum stssl_failure why)
{
	if (v->failure == STSSL_FAILURE_COUNT)
		v->failure = why;
}

/* Things that GnuTLS lets through and that no client certificate may be. */
static void
check_leaf(struct verdict *v, gnutls_x509_crt_t leaf)
{
	gnutls_datum_t eku = { NULL, 0 };
	char oid[64];
	size_t oid_size = sizeof oid;
	unsigned critical, usage = 0;

	if (gnutls_x509_crt_get_version(leaf) != 3)
		fail(v, STSSL_FAILURE_OTHER);
	if (gnutls_x509_crt_get_ca_status(leaf, &critical) > 0)
		fail(v, STSSL_FAILURE_BAD_PURPOSE);
	if (gnutls_x509_crt_get_key_usage(leaf, &usage, &critical) >= 0 &&
	    (usage & GNUTLS_KEY_KEY_CERT_SIGN) != 0)
		fail(v, STSSL_FAILURE_BAD_PURPOSE);

	/* An extension that lists no purpose allows none. */
	if (gnutls_x509_crt_get_extension_by_oid2(
		leaf, OID_EKU, 0, &eku, &critical) >= 0) {
		if (gnutls_x509_crt_get_key_purpose_oid(
			leaf, 0, oid, &oid_size, &critical) < 0)
			fail(v, STSSL_FAILURE_BAD_PURPOSE);
		gnutls_free(eku.data);
	}
}

static void
check_chain(struct verdict *v, gnutls_session_t session)
{
	char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st wanted = { GNUTLS_DT_KEY_PURPOSE_OID,
		(unsigned char *)purpose, 0 };
	unsigned status = GNUTLS_CERT_INVALID;
	int r;

	r = gnutls_certificate_verify_peers(session, &wanted, 1, &status);
	if (r >= 0 && status == 0)
		return;
	for (size_t i = 0; r >= 0 && i < sizeof failures / sizeof failures[0];
	     i++)
		if ((status & failures[i].bit) != 0)
			fail(v, failures[i].failure);
	fail(v, STSSL_FAILURE_OTHER);
}

enum stssl_failure
verify_peer(struct gnutls_session_int *session,
    struct gnutls_x509_crt_int *leaf, bool stale)
{
	struct verdict v = { STSSL_FAILURE_COUNT };

	check_chain(&v, session);
	check_leaf(&v, leaf);
	if (stale)
		fail(&v, STSSL_FAILURE_CRL_STALE);
	return v.failure;
}
