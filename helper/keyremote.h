/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a private key is used from.  The key itself is the keyholder's matter:
 * what callers get is an object that can sign.  Until the keyholder is a
 * process of its own the object holds the key.
 */
#ifndef HELPER_KEYREMOTE_H
#define HELPER_KEYREMOTE_H

struct gnutls_privkey_st;

/*
 * Open the key that `source` names: a PEM file, or a pkcs11: URL (RFC 7512).
 * Returns 0 and *ret, which belongs to the caller; or a negative GnuTLS code.
 */
int keyremote_open(const char *source, struct gnutls_privkey_st **ret);

#endif
