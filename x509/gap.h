/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether a server's chain leads its clients to a root CA.
 */
#ifndef X509_GAP_H
#define X509_GAP_H

#include <gnutls/x509.h>

struct x509_store;

/*
 * Follow the chain of a server's first certificate up to a root CA, which may
 * be one of them, of `store`, which may be NULL, or of the system's.  Returns
 * `count` when it gets there, else the index of the certificate where it ends.
 */
unsigned x509_chain_gap(const gnutls_x509_crt_t *certs, unsigned count,
    const struct x509_store *store);

#endif
