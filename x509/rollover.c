/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks for the certificate by which one key of a CA vouches for another.
 */
#include <config.h>
#include "x509/rollover.h"

#include <string.h>

#include "x509/certificate.h"
#include "x509/checks.h"

struct rollover {
	const struct x509_store *store;
	const struct x509_path *path;
	gnutls_x509_crt_t ca;
	const unsigned char *key;
	time_t now;
};

/* The nth CA of the store, or of the path behind these. */
static gnutls_x509_crt_t
nth(const struct rollover *r, size_t n)
{
	if (n < r->store->ca_count)
		return r->store->cas[n].cert;
	n -= r->store->ca_count;
	/* The leaf is no CA. */
	return r->path != NULL && n + 1 < r->path->count ? r->path->certs[n + 1]
							 : NULL;
}

static bool
has_key(gnutls_x509_crt_t cert, const unsigned char *key)
{
	unsigned char own[X509_KEY];

	return x509_key_of(cert, own) && memcmp(own, key, sizeof own) == 0;
}

/* By the name of the CA, for the name of the CA. */
static bool
is_own(const struct rollover *r, gnutls_x509_crt_t cert)
{
	gnutls_datum_t name = { NULL, 0 }, subject = { NULL, 0 };
	bool own = x509_is_self_issued(cert) &&
		   gnutls_x509_crt_get_raw_dn(r->ca, &name) >= 0 &&
		   gnutls_x509_crt_get_raw_dn(cert, &subject) >= 0 &&
		   x509_same(&name, &subject);

	gnutls_free(name.data);
	gnutls_free(subject.data);
	return own;
}

static bool
is_good_now(const struct rollover *r, gnutls_x509_crt_t cert)
{
	return x509_check_dates(cert, r->now) == STSSL_FAILURE_NONE;
}

static bool
is_signed_by(gnutls_x509_crt_t cert, gnutls_x509_crt_t ca)
{
	return gnutls_x509_crt_equals(cert, ca) == 0 &&
	       x509_is_signed_by(cert, ca);
}

static bool
is_signed_with_key(const struct rollover *r, gnutls_x509_crt_t cert)
{
	gnutls_x509_crt_t ca;

	for (size_t n = 0; (ca = nth(r, n)) != NULL; n++)
		if (has_key(ca, r->key) && is_good_now(r, ca) &&
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
		return x509_has_use(cert, GNUTLS_KEY_CRL_SIGN) &&
		       is_signed_by(cert, r->ca);
	return has_key(cert, old) && is_signed_with_key(r, cert);
}

gnutls_x509_crt_t
x509_rollover(const struct x509_store *store, const struct x509_path *path,
    gnutls_x509_crt_t ca, const unsigned char key[static X509_KEY], time_t now)
{
	const struct rollover r = { store, path, ca, key, now };
	unsigned char old[X509_KEY];
	gnutls_x509_crt_t cert;

	if (!x509_key_of(ca, old))
		return NULL;
	for (size_t n = 0; (cert = nth(&r, n)) != NULL; n++)
		if (vouches(&r, cert, old))
			return cert;
	return NULL;
}
