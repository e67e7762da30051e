/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks for the certificate by which one key of a CA vouches for another.
 */
#include <config.h>
#include "x509/rollover.h"

#include <string.h>

/* Dates are looked at here: GnuTLS knows no other time than now. */
#define FLAGS                                              \
	(GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM) | \
	    GNUTLS_VERIFY_DISABLE_TIME_CHECKS)

struct rollover {
	const struct x509_store *store;
	const struct x509_path *path;
	gnutls_x509_crt_t ca;
	const unsigned char *key;
	time_t now;
};

/* The nth certificate of the store, or of the path behind these. */
static gnutls_x509_crt_t
nth(const struct rollover *r, size_t n, bool *ret_trusted)
{
	size_t count = x509_store_signer_count(r->store);

	if (n < count)
		return x509_store_signer(r->store, n, ret_trusted);
	n -= count;
	/* The leaf is no CA. */
	*ret_trusted = true;
	return r->path != NULL && n + 1 < r->path->count ? r->path->certs[n + 1]
							 : NULL;
}

static bool
has_key(gnutls_x509_crt_t cert, const unsigned char *key)
{
	unsigned char own[X509_KEY];

	return x509_key_of(cert, own) && memcmp(own, key, sizeof own) == 0;
}

static bool
is_same_name(const gnutls_datum_t *a, const gnutls_datum_t *b)
{
	return a->size > 0 && a->size == b->size &&
	       memcmp(a->data, b->data, a->size) == 0;
}

/* By the name of the CA, for the name of the CA. */
static bool
is_own(const struct rollover *r, gnutls_x509_crt_t cert)
{
	gnutls_datum_t name = { NULL, 0 }, subject = { NULL, 0 },
		       issuer = { NULL, 0 };
	bool own = gnutls_x509_crt_get_raw_dn(r->ca, &name) >= 0 &&
		   gnutls_x509_crt_get_raw_dn(cert, &subject) >= 0 &&
		   gnutls_x509_crt_get_raw_issuer_dn(cert, &issuer) >= 0 &&
		   is_same_name(&name, &subject) &&
		   is_same_name(&name, &issuer);

	gnutls_free(name.data);
	gnutls_free(subject.data);
	gnutls_free(issuer.data);
	return own;
}

static bool
is_good_now(const struct rollover *r, gnutls_x509_crt_t cert)
{
	time_t from = gnutls_x509_crt_get_activation_time(cert);
	time_t until = gnutls_x509_crt_get_expiration_time(cert);

	return from != (time_t)-1 && until != (time_t)-1 && from <= r->now &&
	       r->now <= until;
}

static bool
signs_lists(gnutls_x509_crt_t cert)
{
	unsigned critical, usage = 0;
	int r = gnutls_x509_crt_get_key_usage(cert, &usage, &critical);

	return r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	       (r >= 0 && (usage & GNUTLS_KEY_CRL_SIGN) != 0);
}

static bool
is_signed_by(gnutls_x509_crt_t cert, gnutls_x509_crt_t ca)
{
	unsigned status = GNUTLS_CERT_INVALID;

	return gnutls_x509_crt_equals(cert, ca) == 0 &&
	       gnutls_x509_crt_verify(cert, &ca, 1, FLAGS, &status) >= 0 &&
	       status == 0;
}

static bool
is_signed_with_key(const struct rollover *r, gnutls_x509_crt_t cert)
{
	gnutls_x509_crt_t ca;
	bool trusted;

	for (size_t n = 0; (ca = nth(r, n, &trusted)) != NULL; n++)
		if (trusted && has_key(ca, r->key) && is_good_now(r, ca) &&
		    is_signed_by(cert, ca))
			return true;
	return false;
}

static bool
vouches(
    const struct rollover *r, gnutls_x509_crt_t cert, const unsigned char *old)
{
	if (!is_own(r, cert) || !is_good_now(r, cert))
		return false;
	if (has_key(cert, r->key))
		return signs_lists(cert) && is_signed_by(cert, r->ca);
	return has_key(cert, old) && is_signed_with_key(r, cert);
}

gnutls_x509_crt_t
x509_rollover(const struct x509_store *store, const struct x509_path *path,
    gnutls_x509_crt_t ca, const unsigned char key[static X509_KEY], time_t now)
{
	const struct rollover r = { store, path, ca, key, now };
	unsigned char old[X509_KEY];
	gnutls_x509_crt_t cert;
	bool trusted;

	if (!x509_key_of(ca, old))
		return NULL;
	for (size_t n = 0; (cert = nth(&r, n, &trusted)) != NULL; n++)
		if (vouches(&r, cert, old))
			return cert;
	return NULL;
}
