/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as a responder's answer.  Before them, in PEM, come the CA that is
 * trusted and the certificate that is asked about, so that an answer can be a
 * good one.
 */
#include <config.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/tools/url.h"
#include "x509/inquiry.h"
#include "x509/ocsp.h"
#include "x509/store.h"

#define END "-----END CERTIFICATE-----\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool truth)
{
	if (!truth)
		abort();
}

/* Behind the nth certificate; NULL when there are fewer. */
static const uint8_t *
behind(const uint8_t *data, size_t size, unsigned n)
{
	const uint8_t *at = data;

	while (at != NULL && n-- > 0) {
		at = memmem(at, size - (size_t)(at - data), END, strlen(END));
		at = at == NULL ? NULL : at + strlen(END);
	}
	return at;
}

static struct x509_store *
trust(const uint8_t *pem, size_t len)
{
	char path[] = "/tmp/stssl-fuzz-XXXXXX";
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	struct x509_error error;
	int fd = mkstemp(path);

	check(store != NULL && fd != -1 && write(fd, pem, len) == (ssize_t)len);
	(void)close(fd);
	if (x509_store_add_cas(store, path, &error) < 0)
		store = x509_store_free(store);
	(void)unlink(path);
	return store;
}

/* The time is that of the certificate's beginning, which the input chooses. */
static struct x509_inquiry *
inquire(const struct x509_store *store, const uint8_t *pem, size_t len,
    time_t *ret_now)
{
	union {
		const uint8_t *in;
		uint8_t *out;
	} u = { .in = pem };
	const gnutls_datum_t datum = { u.out, (unsigned)len };
	struct x509_inquiry *inquiry = NULL;
	gnutls_datum_t der = { NULL, 0 };
	gnutls_x509_crt_t cert;

	check(gnutls_x509_crt_init(&cert) >= 0);
	if (gnutls_x509_crt_import(cert, &datum, GNUTLS_X509_FMT_PEM) >= 0 &&
	    gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der) >= 0) {
		*ret_now = gnutls_x509_crt_get_activation_time(cert);
		(void)x509_inquiry_new(
		    store, der.data, der.size, *ret_now, &inquiry);
	}
	gnutls_free(der.data);
	gnutls_x509_crt_deinit(cert);
	return inquiry;
}

static void
judge(const struct x509_store *store, const struct x509_inquiry *inquiry,
    const uint8_t *response, size_t len, time_t now)
{
	struct x509_finding f =
	    x509_inquiry_read(inquiry, store, response, len, now);
	char url[STSSL_URL_MAX + 1];

	check(f.found < X509_OCSP_COUNT);
	if (f.found == X509_OCSP_UNKNOWN)
		check(f.why != NULL);
	else
		check(f.until > now);
	if (x509_inquiry_url(inquiry, url))
		check(stssl_url_is_http(url));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *leaf = behind(data, size, 1);
	const uint8_t *response = behind(data, size, 2);
	struct x509_inquiry *inquiry = NULL;
	struct x509_store *store = NULL;
	time_t now = 0;

	if (response != NULL)
		store = trust(data, (size_t)(leaf - data));
	if (store != NULL)
		inquiry = inquire(store, leaf, (size_t)(response - leaf), &now);
	if (inquiry != NULL)
		judge(store, inquiry, response,
		    size - (size_t)(response - data), now);
	(void)x509_inquiry_free(inquiry);
	(void)x509_store_free(store);
	return 0;
}
