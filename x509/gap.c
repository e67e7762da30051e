/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Follows a server's chain by names and key identifiers, and so sees whether it
 * sends all that its clients need.  No signature is verified.
 */
#include <config.h>
#include "x509/gap.h"

#include "x509/certificate.h"
#include "x509/inside.h"

/* No server sends more certificates. */
#define SERVED_MAX 16

/*
 * Where systems keep the roots that browsers trust.  GnuTLS is not asked for
 * them: it may ask PKCS #11 modules, which are foreign code.
 */
static const char *const system_cas[] = {
	"/etc/ssl/certs/ca-certificates.crt",     /* Debian, Arch */
	"/etc/pki/tls/certs/ca-bundle.crt",       /* Fedora, RHEL */
	"/var/lib/ca-certificates/ca-bundle.pem", /* SUSE */
	"/etc/ssl/cert.pem",                      /* Alpine */
};

/* The certificates of a file by which the first one's issuers can be found. */
struct reach {
	gnutls_x509_crt_t certs[SERVED_MAX];
	unsigned index[SERVED_MAX]; /* in the file */
	unsigned count;
};

static bool
has(const struct reach *r, unsigned index)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->index[i] == index)
			return true;
	return false;
}

static void
reach_add(struct reach *r, const gnutls_x509_crt_t *certs, unsigned index)
{
	r->certs[r->count] = certs[index];
	r->index[r->count++] = index;
}

/* Each of several certificates of one issuer is followed. */
static struct reach
reach_of(const gnutls_x509_crt_t *certs, unsigned count)
{
	struct reach r = { .count = 0 };

	if (count > SERVED_MAX)
		count = SERVED_MAX;
	reach_add(&r, certs, 0);
	for (unsigned at = 0; at < r.count; at++)
		for (unsigned i = 0; i < count; i++)
			if (!has(&r, i) &&
			    x509_is_issued_by(r.certs[at], certs[i]))
				reach_add(&r, certs, i);
	return r;
}

static bool
is_any_issued_by(const struct reach *r, gnutls_x509_crt_t ca)
{
	for (unsigned i = 0; i < r->count; i++)
		if (x509_is_issued_by(r->certs[i], ca))
			return true;
	return false;
}

static bool
is_root(gnutls_x509_crt_t cert)
{
	return x509_is_issued_by(cert, cert);
}

static bool
has_root(const struct reach *r)
{
	for (unsigned i = 0; i < r->count; i++)
		if (is_root(r->certs[i]))
			return true;
	return false;
}

/* An intermediate CA is no end: we know it, but clients need not. */
static bool
has_client_root(const struct reach *r, const struct x509_store *store)
{
	for (size_t i = 0; store != NULL && i < store->ca_count; i++)
		if (is_root(store->cas[i].cert) &&
		    is_any_issued_by(r, store->cas[i].cert))
			return true;
	return false;
}

static bool
has_system_root(const struct reach *r)
{
	gnutls_x509_crt_t *certs;
	struct x509_error error;
	unsigned count;
	bool found = false;

	for (size_t i = 0; !found && i < sizeof system_cas / sizeof *system_cas;
	     i++) {
		if (x509_certificates_read(
			system_cas[i], &certs, &count, &error) < 0)
			continue;
		for (unsigned n = 0; !found && n < count; n++)
			found = is_any_issued_by(r, certs[n]);
		x509_certificates_free(certs, count);
	}
	return found;
}

unsigned
x509_chain_gap(const gnutls_x509_crt_t *certs, unsigned count,
    const struct x509_store *store)
{
	const struct reach r = reach_of(certs, count);

	return has_root(&r) || has_client_root(&r, store) || has_system_root(&r)
		   ? count
		   : r.index[r.count - 1];
}
