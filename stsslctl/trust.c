/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fills a store of CAs and revocation lists, whole or not at all.
 */
#include <config.h>
#include "stsslctl/trust.h"

#include <errno.h>
#include <stddef.h>

int
trust_files(const char *ca, const char *crl, struct x509_store **ret,
    struct x509_error *error)
{
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	int r = store == NULL ? -ENOMEM : x509_store_add_cas(store, ca, error);

	if (r == 0 && crl != NULL)
		r = x509_store_add_lists(store, crl, error);
	if (r < 0)
		(void)x509_store_free(store);
	else
		*ret = store;
	return r;
}

int
trust_configured(const struct tls_config *tls, struct x509_store **ret,
    struct x509_error *error)
{
	struct x509_store *store = x509_store_new(
	    tls->stale_crl == STALE_CRL_WARN ? X509_STALE_WARN
					     : X509_STALE_REFUSE);
	int r = store == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < tls->client_cas.count; i++)
		r = x509_store_add_cas(store, tls->client_cas.list[i], error);
	for (size_t i = 0; r == 0 && i < tls->client_crls.count; i++)
		r = x509_store_add_lists(
		    store, tls->client_crls.list[i], error);
	if (r < 0)
		(void)x509_store_free(store);
	else
		*ret = store;
	return r;
}
