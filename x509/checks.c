/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The checks that GnuTLS does not make, or makes in a way that accepts what
 * it does not know.  Everything unclear is a failure.
 */
#include <config.h>
#include "x509/checks.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "x509/chain.h"
#include "x509/inside.h"
#include "x509/subtree.h"

#define OID_EKU            "2.5.29.37"
#define KEY_BITS_MAX       8192
#define EXPONENT_BYTES_MAX 33
/* In a smaller certificate there is no room for a key that is slow to use. */
#define SMALL_BYTES   768
#define NO_FAILURE    STSSL_FAILURE_NONE
#define PURPOSE_BYTES 128

/* The chain as it came */

/* FIPS 186-4 has no larger ones. */
static bool
has_huge_exponent(gnutls_x509_crt_t cert)
{
	gnutls_datum_t modulus, exponent;
	bool huge;

	if (gnutls_x509_crt_get_pk_rsa_raw(cert, &modulus, &exponent) < 0)
		return false;
	huge = exponent.size > EXPONENT_BYTES_MAX;
	gnutls_free(modulus.data);
	gnutls_free(exponent.data);
	return huge;
}

/* Elliptic curves have names: nobody chooses their size. */
static bool
is_huge(gnutls_x509_crt_t cert)
{
	unsigned bits = 0;

	(void)gnutls_x509_crt_get_pk_algorithm(cert, &bits);
	return bits > KEY_BITS_MAX || has_huge_exponent(cert);
}

static bool
has_unknown_key(gnutls_x509_crt_t cert)
{
	gnutls_pubkey_t key;
	int r;

	if (gnutls_pubkey_init(&key) < 0)
		return false;
	r = gnutls_pubkey_import_x509(key, cert, 0);
	gnutls_pubkey_deinit(key);
	return r < 0 && r != GNUTLS_E_MEMORY_ERROR;
}

bool
x509_has_use(struct gnutls_x509_crt_int *cert, unsigned use)
{
	unsigned critical, uses = 0;
	int r = gnutls_x509_crt_get_key_usage(cert, &uses, &critical);

	return r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	       (r >= 0 && (uses & use) != 0);
}

/* RFC 8446, 4.4.2.2: a key whose uses are listed needs this one. */
static bool
may_not_sign(gnutls_x509_crt_t leaf)
{
	return !x509_has_use(leaf, GNUTLS_KEY_DIGITAL_SIGNATURE);
}

static unsigned
key_faults(gnutls_x509_crt_t cert, size_t len)
{
	unsigned faults = 0;

	if (has_unknown_key(cert))
		faults |= X509_KEY_UNKNOWN;
	if (len >= SMALL_BYTES && is_huge(cert))
		faults |= X509_KEY_HUGE;
	if (may_not_sign(cert))
		faults |= X509_KEY_NOT_SIGNING;
	return faults;
}

unsigned
x509_key_faults(const void *der, size_t len)
{
	struct x509_chain *chain = x509_chain_new();
	unsigned faults = X509_KEY_HUGE;

	if (chain != NULL) {
		x509_chain_add(chain, der, len);
		faults =
		    chain->count > 0 ? key_faults(chain->certs[0], len) : 0;
	}
	(void)x509_chain_free(chain);
	return faults;
}

enum stssl_failure
x509_check_chain(const struct x509_chain *chain)
{
	if (chain->unfit || chain->count == 0 ||
	    chain->leaf_bytes > X509_LEAF_MAX)
		return STSSL_FAILURE_OTHER;
	for (unsigned i = 0; i < chain->count; i++)
		if (is_huge(chain->certs[i]))
			return STSSL_FAILURE_WEAK;
	return NO_FAILURE;
}

enum stssl_failure
x509_check_dates(struct gnutls_x509_crt_int *cert, time_t now)
{
	time_t from = gnutls_x509_crt_get_activation_time(cert);
	time_t until = gnutls_x509_crt_get_expiration_time(cert);

	if (until == (time_t)-1 || until < now)
		return STSSL_FAILURE_EXPIRED;
	return from == (time_t)-1 || from > now ? STSSL_FAILURE_NOT_YET_VALID
						: NO_FAILURE;
}

/* The leaf */

/* An extension that lists no purpose allows none. */
static bool
has_empty_purpose(gnutls_x509_crt_t leaf)
{
	gnutls_datum_t eku = { NULL, 0 };
	char oid[PURPOSE_BYTES];
	size_t size = sizeof oid;
	unsigned critical;

	if (gnutls_x509_crt_get_extension_by_oid2(
		leaf, OID_EKU, 0, &eku, &critical) < 0)
		return false;
	gnutls_free(eku.data);
	return gnutls_x509_crt_get_key_purpose_oid(
		   leaf, 0, oid, &size, &critical) < 0;
}

bool
x509_is_signed_by(
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *ca)
{
	unsigned status = GNUTLS_CERT_INVALID;

	return gnutls_x509_crt_verify(
		   cert, &ca, 1, X509_FLAGS_UNDATED, &status) >= 0 &&
	       status == 0;
}

bool
x509_is_weak_signature(int algorithm)
{
	return algorithm <= 0 ||
	       gnutls_sign_is_secure2((gnutls_sign_algorithm_t)algorithm,
		   GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) == 0;
}

bool
x509_is_weak(struct gnutls_x509_crt_int *cert)
{
	int signature = gnutls_x509_crt_get_signature_algorithm(cert);
	unsigned bits = 0;
	int key = gnutls_x509_crt_get_pk_algorithm(cert, &bits);

	return key < 0 || has_unknown_key(cert) ||
	       gnutls_pk_bits_to_sec_param((gnutls_pk_algorithm_t)key, bits) <
		   GNUTLS_SEC_PARAM_MEDIUM ||
	       x509_is_weak_signature(signature);
}

bool
x509_check_purpose(
    struct gnutls_x509_crt_int *cert, const char *purpose, bool any)
{
	unsigned critical;

	for (unsigned i = 0;; i++) {
		char oid[PURPOSE_BYTES];
		size_t size = sizeof oid;
		int r = gnutls_x509_crt_get_key_purpose_oid(
		    cert, i, oid, &size, &critical);

		if (r == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (r < 0)
			return r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
			       i == 0 && !has_empty_purpose(cert);
		if (strcmp(oid, purpose) == 0 ||
		    (any && strcmp(oid, GNUTLS_KP_ANY) == 0))
			return true;
	}
}

static bool
is_ca(gnutls_x509_crt_t leaf)
{
	unsigned critical, usage = 0;
	int r = gnutls_x509_crt_get_ca_status(leaf, &critical);

	if (r != 0 && r != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return true;
	r = gnutls_x509_crt_get_key_usage(leaf, &usage, &critical);
	if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return false;
	return r < 0 || (usage & GNUTLS_KEY_KEY_CERT_SIGN) != 0;
}

enum stssl_failure
x509_check_leaf(struct gnutls_x509_crt_int *leaf, bool for_anything)
{
	if (gnutls_x509_crt_get_version(leaf) != 3)
		return STSSL_FAILURE_OTHER;
	if (is_ca(leaf) || has_empty_purpose(leaf) ||
	    (!for_anything && may_not_sign(leaf)))
		return STSSL_FAILURE_BAD_PURPOSE;
	return NO_FAILURE;
}

/* CAs */

/*
 * GnuTLS lets a trusted certificate sign others, even if it says that it is no
 * CA.  One of the first version says nothing, and is taken for a CA.
 */
static bool
may_sign(gnutls_x509_crt_t ca)
{
	unsigned critical;

	return x509_has_use(ca, GNUTLS_KEY_KEY_CERT_SIGN) &&
	       (gnutls_x509_crt_get_version(ca) < 3 ||
		   gnutls_x509_crt_get_ca_status(ca, &critical) == 1);
}

static enum stssl_failure
check_cas(const struct x509_path *path)
{
	for (unsigned i = 1; i < path->count; i++)
		if (!may_sign(path->certs[i]))
			return STSSL_FAILURE_UNKNOWN_CA;
	return NO_FAILURE;
}

/* Names */

bool
x509_is_self_issued(struct gnutls_x509_crt_int *cert)
{
	gnutls_datum_t subject = { NULL, 0 }, issuer = { NULL, 0 };
	bool same = gnutls_x509_crt_get_raw_dn(cert, &subject) >= 0 &&
		    gnutls_x509_crt_get_raw_issuer_dn(cert, &issuer) >= 0 &&
		    x509_same(&subject, &issuer);

	gnutls_free(subject.data);
	gnutls_free(issuer.data);
	return same;
}

/* A CA constrains all names below it, but not that of its own next key. */
static enum stssl_failure
check_names(const struct x509_path *path)
{
	for (unsigned ca = 1; ca < path->count; ca++)
		for (unsigned i = 0; i < ca; i++)
			if ((i == 0 || !x509_is_self_issued(path->certs[i])) &&
			    !x509_subtree_allows(
				path->certs[ca], path->certs[i]))
				return STSSL_FAILURE_BAD_NAME;
	return NO_FAILURE;
}

enum stssl_failure
x509_check_path(const struct x509_path *path)
{
	enum stssl_failure failure = check_cas(path);

	return failure != NO_FAILURE ? failure : check_names(path);
}
