/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GnuTLS says what a file is that has no certificate to be read.
 */
#include <config.h>
#include "stsslctl/certificate_file.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>
#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PKCS12                                              \
	"this is PKCS#12; take the certificate out first: " \
	"openssl pkcs12 -in FILE -clcerts -nokeys -out FILE.pem"
#define PKCS7                                              \
	"this is PKCS#7; take the certificate out first: " \
	"openssl pkcs7 -in FILE -print_certs -out FILE.pem"

static bool
is_pkcs12(const gnutls_datum_t *der)
{
	gnutls_pkcs12_t bag;
	int r = gnutls_pkcs12_init(&bag);

	if (r < 0)
		return false;
	r = gnutls_pkcs12_import(bag, der, GNUTLS_X509_FMT_DER, 0);
	gnutls_pkcs12_deinit(bag);
	return r >= 0;
}

static bool
is_pkcs7(const gnutls_datum_t *der)
{
	gnutls_pkcs7_t bag;
	int r = gnutls_pkcs7_init(&bag);

	if (r < 0)
		return false;
	r = gnutls_pkcs7_import(bag, der, GNUTLS_X509_FMT_DER);
	gnutls_pkcs7_deinit(bag);
	return r >= 0;
}

/* Why there is no certificate in the file. */
static const char *
reason(const gnutls_datum_t *data)
{
	static const char *const others[][2] = {
		{ "-----BEGIN PKCS7-----", PKCS7 },
		{ "-----BEGIN CERTIFICATE REQUEST-----",
		    "this is a request for a certificate; the authority's "
		    "answer has the certificate" },
		{ "---- BEGIN SSH2 PUBLIC KEY ----",
		    "this is an SSH key in another form: ssh-keygen -i -f FILE "
		    "prints it in OpenSSH's" },
		{ " AAAA",
		    "no certificate; an SSH key stands alone on its line, "
		    "TYPE BASE64 COMMENT, without options" },
		{ "PRIVATE KEY-----",
		    "this is a private key, and no certificate" },
	};

	if (data->size == 0)
		return "the file is empty";
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (memmem(data->data, data->size, others[i][0],
			strlen(others[i][0])) != NULL)
			return others[i][1];
	if (is_pkcs12(data))
		return PKCS12;
	if (is_pkcs7(data))
		return PKCS7 " -inform DER";
	return "no certificate in it, neither PEM nor DER";
}

int
certificate_file_read(
    const char *path, struct x509_chain **ret, struct x509_error *error)
{
	unsigned char *bytes;
	gnutls_datum_t data;
	size_t len;
	int r = x509_file_read(path, &bytes, &len, error);

	if (r < 0)
		return r;
	/* DER first: inside of it, PEM is just bytes. */
	r = x509_chain_split(bytes, len, ret);
	if (r == -EBADMSG)
		r = x509_chain_parse(bytes, len, ret);
	data = (gnutls_datum_t){ bytes, (unsigned)len };
	if (r == -EBADMSG)
		(void)x509_fault(error, path, "%s", reason(&data));
	else if (r < 0)
		(void)x509_no_memory(error, path);
	free(bytes);
	return r;
}
