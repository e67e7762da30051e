/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tags and lengths by libtasn1; what they must not do is checked here: nothing
 * indefinite, nothing beyond the bytes that are there.
 */
#include <config.h>
#include "x509/der.h"

#include <limits.h>
#include <libtasn1.h>

bool
x509_der_next(struct x509_der *der, struct x509_der_item *ret)
{
	struct x509_der_item item;
	unsigned char class;
	int tag_len, length_len;
	size_t header;
	long length;

	if (der->left == 0 || der->left > INT_MAX ||
	    asn1_get_tag_der(der->at, (int)der->left, &class, &tag_len,
		&item.tag) != ASN1_SUCCESS ||
	    tag_len <= 0 || (size_t)tag_len >= der->left)
		return false;
	length = asn1_get_length_der(
	    der->at + tag_len, (int)(der->left - (size_t)tag_len), &length_len);
	if (length < 0)
		return false;
	header = (size_t)tag_len + (size_t)length_len;
	if (header > der->left || (size_t)length > der->left - header)
		return false;

	class &= 0xc0;
	if (item.tag >= X509_DER_CONTEXT || class > X509_DER_CONTEXT)
		return false;
	item.tag |= class;
	item.content = (struct x509_der){ der->at + header, (size_t)length };
	der->at += header + (size_t)length;
	der->left -= header + (size_t)length;
	*ret = item;
	return true;
}

bool
x509_der_only(struct x509_der der, unsigned long tag, struct x509_der *ret)
{
	struct x509_der_item item;

	if (!x509_der_next(&der, &item) || der.left != 0 || item.tag != tag)
		return false;
	*ret = item.content;
	return true;
}
