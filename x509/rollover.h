/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A CA that has changed its key: by RFC 5280 (4.2.1.1, 6.3.3) lists of the new
 * key are about certificates of the old one, too, and the other way round,
 * when one key vouches for the other under the same name.
 */
#ifndef X509_ROLLOVER_H
#define X509_ROLLOVER_H

#include "x509/inside.h"

/*
 * Does `key` belong to the CA whose certificate `ca` has another key?  It does
 * when the store or the path (which may be NULL) has a certificate of the CA's
 * name for the CA itself, good at `now`, that is
 *	for `key`, may sign lists, and is signed by `ca` (new with old), or
 *	for the key of `ca`, and signed by a CA of the path or the store
 *	that has `key` (old with new).
 * A name alone is not enough.  Returns that certificate, or NULL.
 */
gnutls_x509_crt_t x509_rollover(const struct x509_store *store,
    const struct x509_path *path, gnutls_x509_crt_t ca,
    const unsigned char key[static X509_KEY], time_t now);

#endif
