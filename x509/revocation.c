/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks the lists of the store about a path, or about a leaf alone.
 */
#include <config.h>
#include "x509/revocation.h"

#include <string.h>

#include "x509/certificate.h"
#include "x509/checks.h"
#include "x509/inside.h"
#include "x509/list.h"
#include "x509/rollover.h"

#define NO_FAILURE STSSL_FAILURE_NONE

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

static bool
is_by(const struct x509_list *list, const unsigned char key[static X509_KEY])
{
	return memcmp(list->key, key, sizeof list->key) == 0;
}

/* Is there no better list by the same key? */
static bool
is_best(
    const struct x509_store *store, const struct x509_list *list, time_t now)
{
	const struct x509_list *best = NULL;

	for (size_t i = 0; i < store->list_count; i++)
		if (is_by(&store->lists[i], list->key) &&
		    is_better(&store->lists[i], best, now))
			best = &store->lists[i];
	return best == list;
}

/* One certificate, by the lists of its CA. */
struct question {
	const struct x509_store *store;
	const struct x509_path *path; /* or NULL */
	gnutls_x509_crt_t ca;
	unsigned char key[X509_KEY]; /* the CA's */
	time_t now;
};

static bool
has_on_list(const struct x509_list *list, gnutls_x509_crt_t cert)
{
	struct x509_serial serial;

	return !x509_serial_of(cert, &serial) || x509_list_has(list, &serial);
}

/* Does a list of the CA's own key name `cert`? */
static bool
is_revoked_by_own_key(const struct question *q, gnutls_x509_crt_t cert)
{
	for (size_t i = 0; i < q->store->list_count; i++)
		if (is_by(&q->store->lists[i], q->key) &&
		    has_on_list(&q->store->lists[i], cert))
			return true;
	return false;
}

/*
 * Is the list about certificates of the CA?  One by another of its keys is,
 * unless what vouches for that key is revoked itself.
 */
static bool
concerns(const struct question *q, const struct x509_list *list)
{
	gnutls_x509_crt_t voucher;

	if (is_by(list, q->key))
		return true;
	voucher = x509_rollover(q->store, q->path, q->ca, list->key, q->now);
	return voucher != NULL && !has_on_list(list, voucher) &&
	       !is_revoked_by_own_key(q, voucher);
}

/* Of each key the best list counts; one that is fresh has to be among them. */
static enum stssl_failure
check_list(const struct x509_store *store, const struct x509_path *path,
    gnutls_x509_crt_t ca, gnutls_x509_crt_t cert, time_t now)
{
	struct question q = {
		.store = store, .path = path, .ca = ca, .now = now
	};
	bool is_known = false, is_fresh = false;
	struct x509_serial serial;

	if (!x509_serial_of(cert, &serial))
		return STSSL_FAILURE_OTHER;
	if (!x509_key_of(ca, q.key))
		return STSSL_FAILURE_CRL_STALE;
	for (size_t i = 0; i < store->list_count; i++) {
		const struct x509_list *list = &store->lists[i];

		if (!is_best(store, list, now) || !concerns(&q, list))
			continue;
		if (x509_list_has(list, &serial))
			return STSSL_FAILURE_REVOKED;
		is_known = true;
		is_fresh = is_fresh || x509_list_is_fresh(list, now);
	}
	return is_known && (is_fresh || store->stale == X509_STALE_WARN)
		   ? NO_FAILURE
		   : STSSL_FAILURE_CRL_STALE;
}

/* Several CAs may have one name: is this the one that has signed? */
static bool
has_signed(gnutls_x509_crt_t ca, gnutls_x509_crt_t cert)
{
	unsigned status = GNUTLS_CERT_INVALID;

	return gnutls_x509_crt_verify(cert, &ca, 1,
		   GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) >= 0 &&
	       (status & GNUTLS_CERT_SIGNATURE_FAILURE) == 0;
}

/* The CA of the store that `cert` comes from; NULL when it is its own. */
static gnutls_x509_crt_t
issuer_of(const struct x509_store *store, gnutls_x509_crt_t cert)
{
	gnutls_x509_crt_t issuer = NULL;

	if (x509_is_issued_by(cert, cert))
		return NULL;
	for (size_t n = 0; n < store->ca_count; n++) {
		gnutls_x509_crt_t ca = store->cas[n].cert;

		if (!x509_is_issued_by(cert, ca))
			continue;
		if (issuer == NULL || has_signed(ca, cert))
			issuer = ca;
	}
	return issuer;
}

/*
 * From `cert` up through the CAs of the store.  A CA that is trusted by itself
 * may be revoked by those above it: for GnuTLS the path has ended, for lists it
 * goes on.  A list that is missing ends it, unless nothing but what is revoked
 * counts.
 */
static enum stssl_failure
check_lists_above(const struct x509_store *store, gnutls_x509_crt_t cert,
    time_t now, bool only_revoked)
{
	for (unsigned i = 0; i < X509_CHAIN_MAX; i++) {
		gnutls_x509_crt_t ca = issuer_of(store, cert);
		enum stssl_failure failure;

		if (ca == NULL)
			return NO_FAILURE;
		failure = check_list(store, NULL, ca, cert, now);
		if (failure == STSSL_FAILURE_REVOKED ||
		    (failure != NO_FAILURE && !only_revoked))
			return failure;
		cert = ca;
	}
	return NO_FAILURE; /* CAs that vouch for each other, round and round */
}

/* "Revoked" outweighs a list that is missing. */
enum stssl_failure
x509_check_lists(
    const struct x509_store *store, const struct x509_path *path, time_t now)
{
	enum stssl_failure first = NO_FAILURE, failure;

	if (!store->has_lists)
		return NO_FAILURE;
	for (unsigned i = 0; i + 1 < path->count; i++) {
		failure = check_list(
		    store, path, path->certs[i + 1], path->certs[i], now);
		if (failure == STSSL_FAILURE_REVOKED)
			return failure;
		if (first == NO_FAILURE)
			first = failure;
	}
	failure =
	    check_lists_above(store, path->certs[path->count - 1], now, false);
	return failure == STSSL_FAILURE_REVOKED || first == NO_FAILURE ? failure
								       : first;
}

/*
 * The store may know a CA by its new key alone, while the certificate by which
 * that key vouches for the old one came from the client.  Then names decide.
 */
static bool
is_revoked_by_name(const struct x509_store *store, gnutls_x509_crt_t leaf)
{
	gnutls_datum_t issuer = { NULL, 0 };
	bool named = false;

	if (gnutls_x509_crt_get_issuer_dn3(leaf, &issuer, 0) < 0)
		return false;
	for (size_t i = 0; !named && i < store->list_count; i++) {
		const struct x509_list *list = &store->lists[i];

		named = strlen(list->issuer) == issuer.size &&
			memcmp(list->issuer, issuer.data, issuer.size) == 0 &&
			has_on_list(list, leaf);
	}
	gnutls_free(issuer.data);
	return named;
}

enum stssl_failure
x509_check_revoked(const struct x509_store *store,
    struct gnutls_x509_crt_int *leaf, time_t now)
{
	if (issuer_of(store, leaf) == NULL && is_revoked_by_name(store, leaf))
		return STSSL_FAILURE_REVOKED;
	return check_lists_above(store, leaf, now, true);
}
