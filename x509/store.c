/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loads CAs and revocation lists.  A list's signature is checked here, once:
 * what handshakes cost does not depend on how long a list is.
 */
#include <config.h>
#include "x509/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "status/quote.h"
#include "x509/certificate.h"
#include "x509/inside.h"

struct x509_store *
x509_store_new(enum x509_stale stale)
{
	struct x509_store *store = calloc(1, sizeof *store);

	if (store == NULL)
		return NULL;
	store->stale = stale;
	if (gnutls_x509_trust_list_init(&store->trust, 0) < 0) {
		free(store);
		return NULL;
	}
	return store;
}

struct x509_store *
x509_store_free(struct x509_store *store)
{
	if (store == NULL)
		return NULL;
	/* Not with what is in it: that is ours. */
	gnutls_x509_trust_list_deinit(store->trust, 0);
	for (size_t i = 0; i < store->ca_count; i++)
		gnutls_x509_crt_deinit(store->cas[i].cert);
	free(store->cas);
	for (size_t i = 0; i < store->list_count; i++)
		x509_list_done(&store->lists[i]);
	free(store->lists);
	free(store);
	return NULL;
}

/* Certificates */

/* The certificate becomes the store's, or is freed. */
static int
add_ca(struct x509_store *store, gnutls_x509_crt_t cert)
{
	struct x509_ca *more =
	    reallocarray(store->cas, store->ca_count + 1, sizeof *more);
	struct x509_ca ca = { .cert = cert };
	int r = -ENOMEM;

	if (more == NULL)
		goto fail;
	store->cas = more;
	r = -EBADMSG;
	if (!x509_key_of(cert, ca.key) ||
	    gnutls_x509_trust_list_add_cas(store->trust, &cert, 1, 0) != 1)
		goto fail;
	more[store->ca_count++] = ca;
	return 0;

fail:
	gnutls_x509_crt_deinit(cert);
	return r;
}

static int
add_all(struct x509_store *store, gnutls_x509_crt_t *certs, unsigned count)
{
	int r = 0;

	for (unsigned i = 0; i < count; i++) {
		if (r == 0)
			r = add_ca(store, certs[i]);
		else
			gnutls_x509_crt_deinit(certs[i]);
	}
	gnutls_free(certs);
	return r;
}

static int
add_ca_file(void *owner, const char *path, struct x509_error *error)
{
	struct x509_store *store = owner;
	gnutls_x509_crt_t *certs;
	unsigned count;
	int r = x509_certificates_read(path, &certs, &count, error);

	if (r < 0)
		return r;
	r = add_all(store, certs, count);
	if (r == -ENOMEM)
		return x509_no_memory(error, path);
	return r < 0 ? x509_fault(error, path,
			   "a certificate with an unknown kind of key")
		     : 0;
}

int
x509_store_add_cas(
    struct x509_store *store, const char *path, struct x509_error *error)
{
	return x509_files(path, add_ca_file, store, error);
}

/* Lists */

/*
 * The fault of a signature, by GnuTLS's bits; NULL for none.  The dates are
 * looked at when the list is used.
 */
static const char *
signature_fault(unsigned status)
{
	const unsigned dates = GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED |
			       GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;

	if ((status & dates) != 0 &&
	    (status & ~(dates | (unsigned)GNUTLS_CERT_INVALID)) == 0)
		return NULL;
	if ((status & (GNUTLS_CERT_SIGNER_NOT_CA |
			  GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE)) != 0)
		return "its CA may not sign revocation lists";
	if ((status & GNUTLS_CERT_INSECURE_ALGORITHM) != 0)
		return "weak signature";
	return status != 0 ? "bad signature" : NULL;
}

/*
 * Several CAs may have the name of the list's issuer, as after a change of
 * keys.  The list belongs to the one that has signed it.
 */
static int
find_signer(const struct x509_store *store, gnutls_x509_crl_t crl,
    struct x509_list *list, struct x509_error *error)
{
	const char *why = "its issuer is none of the CAs";
	char issuer[STSSL_QUOTE_MAX];

	for (size_t i = 0; i < store->ca_count; i++) {
		struct x509_ca *ca = &store->cas[i];
		unsigned status = GNUTLS_CERT_INVALID;

		if (gnutls_x509_crl_check_issuer(crl, ca->cert) == 0)
			continue;
		if (gnutls_x509_crl_verify(crl, &ca->cert, 1,
			GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) < 0)
			status |= GNUTLS_CERT_INVALID;
		why = signature_fault(status);
		if (why == NULL) {
			memcpy(list->key, ca->key, sizeof list->key);
			return 0;
		}
	}
	return x509_fault(error, list->file, "list of %s: %s",
	    stssl_quote(issuer, sizeof issuer, list->issuer), why);
}

static int
add_list(struct x509_store *store, gnutls_x509_crl_t crl, const char *path,
    struct x509_error *error)
{
	struct x509_list list = { 0 }, *more;
	int r = x509_list_take(crl, path, &list, error);

	if (r == 0)
		r = find_signer(store, crl, &list, error);
	if (r < 0) {
		x509_list_done(&list);
		return r;
	}
	more = reallocarray(store->lists, store->list_count + 1, sizeof *more);
	if (more == NULL) {
		x509_list_done(&list);
		return x509_no_memory(error, path);
	}
	store->lists = more;
	more[store->list_count++] = list;
	return 0;
}

static int
add_list_file(void *owner, const char *path, struct x509_error *error)
{
	gnutls_x509_crl_t *crls;
	unsigned char *text;
	gnutls_datum_t pem;
	unsigned count;
	size_t len;
	int r = x509_file_read(path, &text, &len, error);

	if (r < 0)
		return r;
	pem = x509_datum(text, len);
	r = gnutls_x509_crl_list_import2(
	    &crls, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	free(text);
	if (r < 0)
		return x509_fault(error, path, "no revocation list in PEM: %s",
		    gnutls_strerror(r));
	r = 0;
	for (unsigned i = 0; i < count; i++) {
		if (r == 0)
			r = add_list(owner, crls[i], path, error);
		gnutls_x509_crl_deinit(crls[i]);
	}
	gnutls_free(crls);
	return r;
}

int
x509_store_add_lists(
    struct x509_store *store, const char *path, struct x509_error *error)
{
	store->has_lists = true;
	return x509_files(path, add_list_file, store, error);
}

const struct x509_list *
x509_store_lists(const struct x509_store *store, size_t *ret_count)
{
	*ret_count = store->list_count;
	return store->lists;
}

enum x509_stale
x509_store_stale(const struct x509_store *store)
{
	return store->stale;
}

gnutls_x509_crt_t
x509_store_ca(const struct x509_store *store, size_t n)
{
	return n < store->ca_count ? store->cas[n].cert : NULL;
}
