/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The checks that GnuTLS does not make, or makes in a way that accepts what
 * it does not know: all of them are here.  Everything unclear is a failure.
 */
#include <config.h>
#include "x509/checks.h"

#include <string.h>

#include "x509/inside.h"
#include "x509/subtree.h"

#define OID_EKU            "2.5.29.37"
#define KEY_BITS_MAX       8192
#define EXPONENT_BYTES_MAX 33
/* No room for a key that costs more than some milliseconds: no need to look. */
#define SMALL_BYTES   768
#define NO_FAILURE    STSSL_FAILURE_COUNT
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

/* Elliptic curves have names; their size is nobody's choice. */
static bool
is_huge(gnutls_x509_crt_t cert)
{
	unsigned bits = 0;

	(void)gnutls_x509_crt_get_pk_algorithm(cert, &bits);
	return bits > KEY_BITS_MAX || has_huge_exponent(cert);
}

/* What `look` says of a certificate alone; `otherwise` without memory. */
static bool
look_at(const void *der, size_t len, bool (*look)(gnutls_x509_crt_t cert),
    bool otherwise)
{
	struct x509_chain *chain = x509_chain_new();
	bool answer = otherwise;

	if (chain != NULL) {
		x509_chain_add(chain, der, len);
		answer = chain->count > 0 && look(chain->certs[0]);
	}
	(void)x509_chain_free(chain);
	return answer;
}

bool
x509_is_huge(const void *der, size_t len)
{
	return len >= SMALL_BYTES && look_at(der, len, is_huge, true);
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

/* RFC 8446, 4.4.2.2: a key whose uses are listed needs this one. */
static bool
may_not_sign(gnutls_x509_crt_t leaf)
{
	unsigned critical, usage = 0;
	int r = gnutls_x509_crt_get_key_usage(leaf, &usage, &critical);

	return r != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
	       (r < 0 || (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) == 0);
}

bool
x509_may_sign(const void *der, size_t len)
{
	return !look_at(der, len, may_not_sign, false);
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
 * GnuTLS lets a trusted certificate sign others, whatever it says of itself.
 * Those of the first version, which say nothing, are trusted for what they are.
 */
static bool
may_sign(gnutls_x509_crt_t ca)
{
	unsigned critical, usage = 0;
	int r = gnutls_x509_crt_get_key_usage(ca, &usage, &critical);

	if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		usage = GNUTLS_KEY_KEY_CERT_SIGN;
	else if (r < 0)
		return false;
	return (usage & GNUTLS_KEY_KEY_CERT_SIGN) != 0 &&
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

static bool
is_self_issued(gnutls_x509_crt_t cert)
{
	gnutls_datum_t subject = { NULL, 0 }, issuer = { NULL, 0 };
	bool same = gnutls_x509_crt_get_raw_dn(cert, &subject) >= 0 &&
		    gnutls_x509_crt_get_raw_issuer_dn(cert, &issuer) >= 0 &&
		    subject.size == issuer.size &&
		    memcmp(subject.data, issuer.data, subject.size) == 0;

	gnutls_free(subject.data);
	gnutls_free(issuer.data);
	return same;
}

/* A CA's constraints are for all below it; not for its own next key. */
static enum stssl_failure
check_names(const struct x509_path *path)
{
	for (unsigned ca = 1; ca < path->count; ca++)
		for (unsigned i = 0; i < ca; i++)
			if ((i == 0 || !is_self_issued(path->certs[i])) &&
			    !x509_subtree_allows(
				path->certs[ca], path->certs[i]))
				return STSSL_FAILURE_BAD_NAME;
	return NO_FAILURE;
}

/* Revocation */

static bool
serial_of(gnutls_x509_crt_t cert, struct x509_serial *ret)
{
	size_t len = sizeof ret->bytes;

	*ret = (struct x509_serial){ 0 };
	if (gnutls_x509_crt_get_serial(cert, ret->bytes, &len) < 0)
		return false;
	ret->len = (unsigned char)len;
	return true;
}

/* Of several lists the latest that has begun, or else the latest. */
static bool
is_better(
    const struct x509_list *list, const struct x509_list *best, time_t now)
{
	bool begun = list->this_update <= now;

	if (best == NULL)
		return true;
	if (begun != (best->this_update <= now))
		return begun;
	return list->this_update > best->this_update;
}

static const struct x509_list *
list_of(const struct x509_store *store, gnutls_x509_crt_t ca, time_t now)
{
	const struct x509_list *best = NULL, *lists;
	unsigned char key[X509_KEY];
	size_t count;

	if (!x509_key_of(ca, key))
		return NULL;
	lists = x509_store_lists(store, &count);
	for (size_t i = 0; i < count; i++)
		if (memcmp(lists[i].key, key, sizeof key) == 0 &&
		    is_better(&lists[i], best, now))
			best = &lists[i];
	return best;
}

static enum stssl_failure
check_list(const struct x509_store *store, gnutls_x509_crt_t ca,
    gnutls_x509_crt_t cert, time_t now)
{
	const struct x509_list *list = list_of(store, ca, now);
	struct x509_serial serial;

	if (!serial_of(cert, &serial))
		return STSSL_FAILURE_OTHER;
	if (list == NULL)
		return STSSL_FAILURE_CRL_STALE;
	if (x509_list_has(list, &serial))
		return STSSL_FAILURE_REVOKED;
	if (!x509_list_is_fresh(list, now) &&
	    x509_store_stale(store) != X509_STALE_WARN)
		return STSSL_FAILURE_CRL_STALE;
	return NO_FAILURE;
}

/* The CA of the store that `cert` comes from; NULL when it is its own. */
static gnutls_x509_crt_t
issuer_of(const struct x509_store *store, gnutls_x509_crt_t cert)
{
	gnutls_x509_crt_t issuer = NULL;

	if (gnutls_x509_crt_check_issuer(cert, cert) != 0 ||
	    gnutls_x509_trust_list_get_issuer(
		x509_store_trust(store), cert, &issuer, 0) < 0)
		return NULL;
	return issuer;
}

/*
 * Of the CAs that are trusted by themselves those above may have revoked one:
 * for GnuTLS the path has ended, for lists it goes on.
 */
static enum stssl_failure
check_lists_above(
    const struct x509_store *store, gnutls_x509_crt_t cert, time_t now)
{
	for (unsigned i = 0; i < X509_CHAIN_MAX; i++) {
		gnutls_x509_crt_t ca = issuer_of(store, cert);
		enum stssl_failure failure;

		if (ca == NULL)
			return NO_FAILURE;
		failure = check_list(store, ca, cert, now);
		if (failure != NO_FAILURE)
			return failure;
		cert = ca;
	}
	return NO_FAILURE; /* CAs that vouch for each other, round and round */
}

static enum stssl_failure
check_lists(
    const struct x509_store *store, const struct x509_path *path, time_t now)
{
	if (!x509_store_has_lists(store))
		return NO_FAILURE;
	for (unsigned i = 0; i + 1 < path->count; i++) {
		enum stssl_failure failure =
		    check_list(store, path->certs[i + 1], path->certs[i], now);

		if (failure != NO_FAILURE)
			return failure;
	}
	return check_lists_above(store, path->certs[path->count - 1], now);
}

enum stssl_failure
x509_check_path(
    const struct x509_store *store, const struct x509_path *path, time_t now)
{
	enum stssl_failure failure = check_cas(path);

	if (failure == NO_FAILURE)
		failure = check_names(path);
	return failure != NO_FAILURE ? failure : check_lists(store, path, now);
}

enum stssl_failure
x509_check_revoked(const struct x509_store *store,
    struct gnutls_x509_crt_int *leaf, time_t now)
{
	gnutls_x509_crt_t cert = leaf;

	for (unsigned i = 0; i < X509_CHAIN_MAX; i++) {
		gnutls_x509_crt_t ca = issuer_of(store, cert);

		if (ca == NULL)
			return NO_FAILURE;
		if (check_list(store, ca, cert, now) == STSSL_FAILURE_REVOKED)
			return STSSL_FAILURE_REVOKED;
		cert = ca;
	}
	return NO_FAILURE;
}
