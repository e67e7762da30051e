/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The names in a certificate, as the bytes that they are: GnuTLS escapes some
 * and decodes others, which is not what a name is compared with.
 */
#ifndef X509_NAME_H
#define X509_NAME_H

#include <stddef.h>

/* Longer names are not read; nothing that matches is longer than 256. */
#define X509_NAME_MAX 4096

struct gnutls_x509_crt_int;

enum x509_name_kind {
	X509_NAME_EMAIL,
	X509_NAME_DNS,
	X509_NAME_URI,
	X509_NAME_UPN, /* Microsoft's user principal name */
	X509_NAME_KINDS
};

/*
 * The common name, UTF-8, when there is exactly one.  Returns 0 and *ret_len
 * bytes in `buf` without a NUL behind them; -ENOENT when there is none, or
 * more; -EBADMSG when it is malformed, too long, or in an encoding that
 * nobody uses.
 */
int x509_name_common(struct gnutls_x509_crt_int *cert,
    unsigned char buf[static X509_NAME_MAX], size_t *ret_len);

/*
 * Each alternative name of a kind that is listed above, in their order; a
 * principal name that is no UTF-8 string has no bytes.  Goes on while `each`
 * returns 0.  Returns 0; what `each` has returned; -EBADMSG when the extension
 * is malformed.
 */
int x509_name_alternatives(struct gnutls_x509_crt_int *cert,
    int (*each)(void *owner, enum x509_name_kind kind,
	const unsigned char *bytes, size_t len),
    void *owner);

#endif
