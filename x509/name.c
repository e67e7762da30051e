/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads names out of DER.  Whether their bytes are fit to be a name is for the
 * caller to say.
 */
#include <config.h>
#include "x509/name.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "x509/der.h"
#include "x509/inside.h"

#define OID_ALT_NAME "2.5.29.17"

/* The common name */

/* A character of the basic plane as UTF-8; false for half of a pair. */
static bool
put_utf8(unsigned c, unsigned char *buf, size_t *len)
{
	if (*len + 3 > X509_NAME_MAX || (c >= 0xd800 && c < 0xe000))
		return false;
	if (c < 0x80) {
		buf[(*len)++] = (unsigned char)c;
	} else if (c < 0x800) {
		buf[(*len)++] = (unsigned char)(0xc0 | c >> 6);
		buf[(*len)++] = (unsigned char)(0x80 | (c & 0x3f));
	} else {
		buf[(*len)++] = (unsigned char)(0xe0 | c >> 12);
		buf[(*len)++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		buf[(*len)++] = (unsigned char)(0x80 | (c & 0x3f));
	}
	return true;
}

static bool
copy_wide(struct x509_der text, unsigned char *buf, size_t *ret_len)
{
	size_t len = 0;

	if (text.left % 2 != 0)
		return false;
	for (size_t i = 0; i < text.left; i += 2)
		if (!put_utf8(
			(unsigned)text.at[i] << 8 | text.at[i + 1], buf, &len))
			return false;
	*ret_len = len;
	return true;
}

static bool
copy_plain(struct x509_der text, unsigned char *buf, size_t *ret_len)
{
	if (text.left > X509_NAME_MAX)
		return false;
	memcpy(buf, text.at, text.left);
	*ret_len = text.left;
	return true;
}

/* What Teletex strings have beyond ASCII, nobody agrees on. */
static bool
copy_ascii(struct x509_der text, unsigned char *buf, size_t *ret_len)
{
	for (size_t i = 0; i < text.left; i++)
		if (text.at[i] >= 0x80)
			return false;
	return copy_plain(text, buf, ret_len);
}

static const struct {
	unsigned long tag;
	bool (*copy)(struct x509_der text, unsigned char *buf, size_t *ret_len);
} encodings[] = {
	{ X509_DER_UTF8, copy_plain },
	{ X509_DER_PRINTABLE, copy_ascii },
	{ X509_DER_TELETEX, copy_ascii },
	{ X509_DER_IA5, copy_ascii },
	{ X509_DER_BMP, copy_wide },
};

int
x509_name_common(struct gnutls_x509_crt_int *cert,
    unsigned char buf[static X509_NAME_MAX], size_t *ret_len)
{
	unsigned char der[X509_NAME_MAX + 16];
	size_t len = sizeof der, more = 0;
	struct x509_der rest = { der, 0 };
	struct x509_der_item text;
	int r = gnutls_x509_crt_get_dn_by_oid(
	    cert, GNUTLS_OID_X520_COMMON_NAME, 0, 1, der, &len);

	if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	    gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 1,
		1, NULL, &more) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return -ENOENT;
	rest.left = len;
	if (r < 0 || !x509_der_next(&rest, &text) || rest.left != 0)
		return -EBADMSG;
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
		if (encodings[i].tag == text.tag)
			return encodings[i].copy(text.content, buf, ret_len)
				   ? 0
				   : -EBADMSG;
	return -EBADMSG;
}

/* Alternative names */

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
give(const struct x509_der_item *name,
    int (*each)(void *owner, enum x509_name_kind kind,
	const unsigned char *bytes, size_t len),
    void *owner)
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
x509_name_alternatives(struct gnutls_x509_crt_int *cert,
    int (*each)(void *owner, enum x509_name_kind kind,
	const unsigned char *bytes, size_t len),
    void *owner)
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
