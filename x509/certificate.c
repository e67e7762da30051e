/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is asked of a certificate that GnuTLS has read.
 */
#include <config.h>
#include "x509/certificate.h"

#include <stdlib.h>

#include "x509/inside.h"
#include "x509/pem.h"

int
x509_certificates_read(const char *path, gnutls_x509_crt_t **ret,
    unsigned *ret_count, struct x509_error *error)
{
	unsigned char *text;
	gnutls_datum_t pem;
	size_t len;
	int r = x509_file_read(path, &text, &len, error);

	if (r < 0)
		return r;
	pem = x509_datum(text, len);
	r = gnutls_x509_crt_list_import2(
	    ret, ret_count, &pem, GNUTLS_X509_FMT_PEM, 0);
	free(text);
	return r < 0 ? x509_fault(error, path, "%s", x509_pem_fault(r)) : 0;
}

void
x509_certificates_free(gnutls_x509_crt_t *certs, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(certs[i]);
	gnutls_free(certs);
}

bool
x509_key_of(gnutls_x509_crt_t cert, unsigned char ret[static X509_KEY])
{
	size_t len = X509_KEY;

	return gnutls_x509_crt_get_key_id(
		   cert, GNUTLS_KEYID_USE_SHA256, ret, &len) >= 0 &&
	       len == X509_KEY;
}

bool
x509_serial_of(gnutls_x509_crt_t cert, struct x509_serial *ret)
{
	size_t len = sizeof ret->bytes;

	*ret = (struct x509_serial){ 0 };
	if (gnutls_x509_crt_get_serial(cert, ret->bytes, &len) < 0)
		return false;
	ret->len = (unsigned char)len;
	return true;
}

bool
x509_extension(gnutls_x509_crt_t cert, const char *oid, gnutls_datum_t *ret,
    struct x509_der *ret_content)
{
	gnutls_datum_t der = { NULL, 0 };
	unsigned critical;
	int r = gnutls_x509_crt_get_extension_by_oid2(
	    cert, oid, 0, &der, &critical);

	*ret = der;
	*ret_content = (struct x509_der){ NULL, 0 };
	if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return true;
	return r >= 0 && x509_der_only((struct x509_der){ der.data, der.size },
			     X509_DER_SEQUENCE, ret_content);
}
