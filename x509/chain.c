/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes in certificates, and bounds their number and size before GnuTLS sees
 * them.  verify.c says whether they are good.
 */
#include <config.h>
#include "x509/chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "x509/der.h"
#include "x509/inside.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"

struct x509_chain *
x509_chain_new(void)
{
	return calloc(1, sizeof(struct x509_chain));
}

struct x509_chain *
x509_chain_free(struct x509_chain *chain)
{
	if (chain == NULL)
		return NULL;
	for (unsigned i = 0; i < chain->count; i++)
		gnutls_x509_crt_deinit(chain->certs[i]);
	free(chain->leaf);
	free(chain);
	return NULL;
}

static bool
import(const gnutls_datum_t *der, gnutls_x509_crt_t *ret)
{
	gnutls_x509_crt_t cert;

	if (gnutls_x509_crt_init(&cert) < 0)
		return false;
	if (gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) < 0) {
		gnutls_x509_crt_deinit(cert);
		return false;
	}
	*ret = cert;
	return true;
}

/* The same bytes are verified and described. */
static bool
keep_leaf(struct x509_chain *chain, const void *der, size_t len)
{
	chain->leaf = malloc(len);
	if (chain->leaf == NULL)
		return false;
	memcpy(chain->leaf, der, len);
	chain->leaf_bytes = len;
	return true;
}

void
x509_chain_add(struct x509_chain *chain, const void *der, size_t len)
{
	const gnutls_datum_t datum = x509_datum(der, len);

	/* If one were left out, the next would take its place. */
	if (chain->unfit || chain->count == X509_CHAIN_MAX ||
	    len > X509_CHAIN_BYTES - chain->bytes ||
	    !import(&datum, &chain->certs[chain->count])) {
		chain->unfit = true;
		return;
	}
	if (chain->count++ == 0 && !keep_leaf(chain, der, len))
		chain->unfit = true;
	chain->bytes += len;
}

time_t
x509_chain_until(const struct x509_chain *chain)
{
	time_t until = chain->count == 0 ? 0
					 : gnutls_x509_crt_get_expiration_time(
					       chain->certs[0]);

	return until == (time_t)-1 ? 0 : until;
}

static void
add_block(struct x509_chain *chain, const gnutls_datum_t *block)
{
	gnutls_datum_t der = { NULL, 0 };

	if (gnutls_pem_base64_decode2("CERTIFICATE", block, &der) < 0) {
		chain->unfit = true;
		return;
	}
	x509_chain_add(chain, der.data, der.size);
	gnutls_free(der.data);
}

int
x509_chain_split(const void *der, size_t len, struct x509_chain **ret)
{
	struct x509_chain *chain = x509_chain_new();
	struct x509_der rest = { der, len };
	struct x509_der_item item;

	if (chain == NULL)
		return -ENOMEM;
	while (!chain->unfit && rest.left > 0) {
		const unsigned char *at = rest.at;

		if (!x509_der_next(&rest, &item))
			chain->unfit = true;
		else
			x509_chain_add(chain, at, (size_t)(rest.at - at));
	}
	if (chain->unfit || chain->count == 0) {
		(void)x509_chain_free(chain);
		return -EBADMSG;
	}
	*ret = chain;
	return 0;
}

int
x509_chain_parse(const void *pem, size_t len, struct x509_chain **ret)
{
	const char *at = pem, *end = at + len, *next;
	struct x509_chain *chain = x509_chain_new();
	unsigned blocks = 0;

	if (chain == NULL)
		return -ENOMEM;
	at = memmem(at, len, BEGIN, strlen(BEGIN));
	for (; at != NULL && !chain->unfit; at = next) {
		const char *behind = at + strlen(BEGIN);
		gnutls_datum_t block;

		next = memmem(
		    behind, (size_t)(end - behind), BEGIN, strlen(BEGIN));
		block =
		    x509_datum(at, (size_t)((next != NULL ? next : end) - at));
		add_block(chain, &block);
		blocks++;
	}
	if (blocks == 0) {
		(void)x509_chain_free(chain);
		return -EBADMSG;
	}
	*ret = chain;
	return 0;
}

int
x509_chain_read(
    const char *path, struct x509_chain **ret, struct x509_error *error)
{
	unsigned char *pem;
	size_t len;
	int r = x509_file_read(path, &pem, &len, error);

	if (r < 0)
		return r;
	r = x509_chain_parse(pem, len, ret);
	free(pem);
	if (r < 0)
		(void)x509_fault(error, path, "no certificate in it");
	return r;
}
