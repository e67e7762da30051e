/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Some of GnuTLS's own texts name the wrong thing, or nothing.
 */
#include <config.h>
#include "x509/pem.h"

#include <gnutls/gnutls.h>
#include <stddef.h>

static const struct {
	int code;
	const char *text;
} rows[] = {
	{ GNUTLS_E_NO_CERTIFICATE_FOUND, "no certificate in PEM" },
	{ GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE, "no private key in PEM" },
	{ GNUTLS_E_DECRYPTION_FAILED,
	    "the key is encrypted, and nobody is asked for its password; "
	    "openssl pkey -in FILE -out NEW decrypts it" },
};

const char *
x509_pem_fault(int code)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].code == code)
			return rows[i].text;
	return gnutls_strerror(code);
}
