/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads names out of DER.  The caller judges their bytes.
 */
#include <config.h>
#include "x509/name.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/inside.h"

#define OID_ALT_NAME "2.5.29.17"

/* 1.3.6.1.4.1.311.20.2.3 */
static const unsigned char upn[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37,
	0x14, 0x02, 0x03 };

/* GeneralName's tags. */
static const struct {
	unsigned long tag;
	enum x509_name_kind kind;
} kinds[] = {
	{ X509_DER_CONTEXT | 1, X509_NAME_EMAIL },
	{ X509_DER_CONTEXT | 2, X509_NAME_DNS },
	{ X509_DER_CONTEXT | 6, X509_NAME_URI },
	{ X509_DER_CONTEXT | 0, X509_NAME_UPN },
};

/* An OID, and the value in [0]; false when it is somebody else's name. */
static bool
read_other(struct x509_der other, struct x509_der *ret)
{
	struct x509_der_item oid;
	struct x509_der value;

	if (!x509_der_next(&other, &oid) || oid.tag != X509_DER_OID ||
	    oid.content.left != sizeof upn ||
	    memcmp(oid.content.at, upn, sizeof upn) != 0)
		return false;
	*ret = (struct x509_der){ NULL, 0 };
	if (x509_der_only(other, X509_DER_CONTEXT | 0, &value))
		(void)x509_der_only(value, X509_DER_UTF8, ret);
	return true;
}

static int
give(const struct x509_der_item *name, x509_each_name *each, void *owner)
{
	struct x509_der bytes = name->content;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (kinds[i].tag != name->tag)
			continue;
		if (kinds[i].kind == X509_NAME_UPN &&
		    !read_other(name->content, &bytes))
			return 0;
		return each(owner, kinds[i].kind, bytes.at, bytes.left);
	}
	return 0;
}

int
x509_name_alternatives(
    struct gnutls_x509_crt_int *cert, x509_each_name *each, void *owner)
{
	gnutls_datum_t der;
	struct x509_der names;
	struct x509_der_item name;
	int r = x509_extension(cert, OID_ALT_NAME, &der, &names) ? 0 : -EBADMSG;

	while (r == 0 && names.left > 0)
		r = x509_der_next(&names, &name) ? give(&name, each, owner)
						 : -EBADMSG;
	gnutls_free(der.data);
	return r;
}
