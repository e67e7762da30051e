/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inside of an inquiry, in GnuTLS's types, for inquiry.c and ocsp.c only.
 */
#ifndef X509_INQUIRY_H
#define X509_INQUIRY_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "x509/ocsp.h"

struct x509_inquiry {
	struct x509_chain *chain;
	gnutls_x509_crt_t leaf, issuer; /* the chain's, or the store's */
	struct x509_ocsp_id id;
};

/*
 * The CertID by this digest: issuer's name, issuer's key, serial number, each
 * to be freed with gnutls_free() whatever comes back.  Returns 0, or a GnuTLS
 * code below 0.
 */
int x509_inquiry_cert_id(const struct x509_inquiry *inquiry,
    gnutls_digest_algorithm_t digest, gnutls_datum_t ret[static 3]);

#endif
