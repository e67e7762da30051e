/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Single certificates in GnuTLS's types, and files of them.  Nothing outside
 * of this folder includes this.
 */
#ifndef X509_CERTIFICATE_H
#define X509_CERTIFICATE_H

#include <gnutls/x509.h>
#include <stdbool.h>

#include "x509/der.h"
#include "x509/file.h"
#include "x509/types.h"

/*
 * The certificates of a PEM file, at least one, to be freed as below.  Returns
 * 0; or a negative errno with error->text "file: what".
 */
int x509_certificates_read(const char *path, gnutls_x509_crt_t **ret,
    unsigned *ret_count, struct x509_error *error);
void x509_certificates_free(gnutls_x509_crt_t *certs, unsigned count);

/* By names and key identifiers; no signature is checked. */
static inline bool
x509_is_issued_by(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer)
{
	return gnutls_x509_crt_check_issuer(cert, issuer) != 0;
}

/* SHA-256 of the public key.  False when GnuTLS cannot tell. */
bool x509_key_of(gnutls_x509_crt_t cert, unsigned char ret[static X509_KEY]);

/* The serial number.  False when it is longer than any in a list. */
bool x509_serial_of(gnutls_x509_crt_t cert, struct x509_serial *ret);

/*
 * An extension that is one SEQUENCE: the whole, to be freed with gnutls_free()
 * whatever comes back, and what is in it; without the extension both are
 * empty.  False when it is malformed.
 */
bool x509_extension(gnutls_x509_crt_t cert, const char *oid,
    gnutls_datum_t *ret, struct x509_der *ret_content);

#endif
