/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks over DER, item by item, for what GnuTLS does not hand out.
 */
#ifndef X509_DER_H
#define X509_DER_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that are somebody else's. */
struct x509_der {
	const unsigned char *at;
	size_t left;
};

/* Tag numbers of class "context specific" get this added. */
#define X509_DER_CONTEXT   0x80
#define X509_DER_INTEGER   2
#define X509_DER_OID       6
#define X509_DER_UTF8      12
#define X509_DER_SEQUENCE  16
#define X509_DER_SET       17
#define X509_DER_NUMERIC   18
#define X509_DER_PRINTABLE 19
#define X509_DER_TELETEX   20
#define X509_DER_IA5       22
#define X509_DER_VISIBLE   26
#define X509_DER_UNIVERSAL 28
#define X509_DER_BMP       30

struct x509_der_item {
	unsigned long tag; /* the number, with X509_DER_CONTEXT or without */
	struct x509_der content;
};

/*
 * The next item of *der, which is moved behind it.  False when it is malformed
 * or when there is none: der->left is 0 then.
 */
bool x509_der_next(struct x509_der *der, struct x509_der_item *ret);

/* Only one item, with this tag; *ret is its content. */
bool x509_der_only(
    struct x509_der der, unsigned long tag, struct x509_der *ret);

#endif
