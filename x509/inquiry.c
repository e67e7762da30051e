/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A question about a certificate: from the chain that a client has sent to the
 * bytes for a responder.
 */
#include <config.h>
#include "x509/inquiry.h"

#include <errno.h>
#include <gnutls/ocsp.h>
#include <stdlib.h>
#include <string.h>

#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/inside.h"
#include "x509/verify.h"

/* More URLs are not looked at. */
#define URLS_MAX 16

static bool
set_id(struct x509_inquiry *inquiry)
{
	return x509_serial_of(inquiry->leaf, &inquiry->id.serial) &&
	       x509_key_of(inquiry->issuer, inquiry->id.key);
}

/* Returns 0, -EBADMSG or -ENOENT. */
static int
find_issuer(
    struct x509_inquiry *inquiry, const struct x509_store *store, time_t now)
{
	const struct x509_terms terms = { now, X509_CLIENT_AUTH };
	struct x509_path path;

	if (x509_verify_path(store, inquiry->chain, &terms, &path) !=
	    STSSL_FAILURE_NONE)
		return -EBADMSG;
	if (path.count < 2)
		return -ENOENT;
	inquiry->leaf = path.certs[0];
	inquiry->issuer = path.certs[1];
	return set_id(inquiry) ? 0 : -EBADMSG;
}

int
x509_inquiry_new(const struct x509_store *store, const void *der, size_t len,
    time_t now, struct x509_inquiry **ret)
{
	struct x509_inquiry *inquiry = calloc(1, sizeof *inquiry);
	int r;

	if (inquiry == NULL)
		return -ENOMEM;
	r = x509_chain_split(der, len, &inquiry->chain);
	if (r == 0)
		r = find_issuer(inquiry, store, now);
	if (r < 0)
		(void)x509_inquiry_free(inquiry);
	else
		*ret = inquiry;
	return r;
}

struct x509_inquiry *
x509_inquiry_free(struct x509_inquiry *inquiry)
{
	if (inquiry == NULL)
		return NULL;
	(void)x509_chain_free(inquiry->chain);
	free(inquiry);
	return NULL;
}

const struct x509_ocsp_id *
x509_inquiry_id(const struct x509_inquiry *inquiry)
{
	return &inquiry->id;
}

/* True when the bytes are a URL that can be asked, whole. */
static bool
take_url(const gnutls_datum_t *bytes, char ret[static STSSL_URL_MAX + 1])
{
	char url[STSSL_URL_MAX + 1] = "";

	if (bytes->size > STSSL_URL_MAX ||
	    memchr(bytes->data, '\0', bytes->size) != NULL)
		return false;
	memcpy(url, bytes->data, bytes->size);
	if (!stssl_url_is_http(url))
		return false;
	memcpy(ret, url, sizeof url);
	return true;
}

bool
x509_inquiry_url(
    const struct x509_inquiry *inquiry, char ret[static STSSL_URL_MAX + 1])
{
	bool found = false;

	for (unsigned i = 0; !found && i < URLS_MAX; i++) {
		gnutls_datum_t bytes = { NULL, 0 };
		int r = gnutls_x509_crt_get_authority_info_access(
		    inquiry->leaf, i, GNUTLS_IA_OCSP_URI, &bytes, NULL);

		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (r >= 0)
			found = take_url(&bytes, ret);
		gnutls_free(bytes.data);
	}
	return found;
}

int
x509_inquiry_request(
    const struct x509_inquiry *inquiry, unsigned char **ret, size_t *ret_len)
{
	gnutls_datum_t der = { NULL, 0 };
	gnutls_ocsp_req_t request;
	unsigned char *copy = NULL;

	if (gnutls_ocsp_req_init(&request) < 0)
		return -ENOMEM;
	if (gnutls_ocsp_req_add_cert(request, GNUTLS_DIG_SHA1, inquiry->issuer,
		inquiry->leaf) >= 0 &&
	    gnutls_ocsp_req_export(request, &der) >= 0)
		copy = malloc(der.size);
	if (copy != NULL) {
		memcpy(copy, der.data, der.size);
		*ret = copy;
		*ret_len = der.size;
	}
	gnutls_free(der.data);
	gnutls_ocsp_req_deinit(request);
	return copy != NULL ? 0 : -ENOMEM;
}
