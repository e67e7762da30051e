/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The alternative names in a certificate, byte for byte: GnuTLS escapes some
 * and decodes others, and they would be compared in another form.
 */
#ifndef X509_NAME_H
#define X509_NAME_H

#include <stddef.h>

struct gnutls_x509_crt_int;

enum x509_name_kind {
	X509_NAME_EMAIL,
	X509_NAME_DNS,
	X509_NAME_URI,
	X509_NAME_UPN, /* Microsoft's user principal name */
	X509_NAME_KINDS
};

/* Called for one name.  The search ends when it does not return 0. */
typedef int x509_each_name(void *owner, enum x509_name_kind kind,
    const unsigned char *bytes, size_t len);

/*
 * Each alternative name of a kind that is listed above, in their order; a
 * principal name that is no UTF8String has no bytes.  Goes on while `each`
 * returns 0.  Returns 0; what `each` has returned; -EBADMSG when the extension
 * is malformed.
 */
int x509_name_alternatives(
    struct gnutls_x509_crt_int *cert, x509_each_name *each, void *owner);

#endif
