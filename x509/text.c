/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One row for each string type: how wide its characters are, and how they are
 * read.
 */
#include <config.h>
#include "x509/text.h"

#include <stdbool.h>
#include <string.h>

#include "status/utf8.h"

struct out {
	unsigned char *buf;
	size_t size, len;
};

/* A character of the basic plane as UTF-8; false for half of a pair. */
static bool
put_utf8(struct out *out, unsigned c)
{
	if (out->size - out->len < 3 || (c >= 0xd800 && c < 0xe000))
		return false;
	if (c < 0x80) {
		out->buf[out->len++] = (unsigned char)c;
	} else if (c < 0x800) {
		out->buf[out->len++] = (unsigned char)(0xc0 | c >> 6);
		out->buf[out->len++] = (unsigned char)(0x80 | (c & 0x3f));
	} else {
		out->buf[out->len++] = (unsigned char)(0xe0 | c >> 12);
		out->buf[out->len++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		out->buf[out->len++] = (unsigned char)(0x80 | (c & 0x3f));
	}
	return true;
}

static bool
copy_wide(struct x509_der text, struct out *out)
{
	for (size_t i = 0; i < text.left; i += 2)
		if (!put_utf8(out, (unsigned)text.at[i] << 8 | text.at[i + 1]))
			return false;
	return true;
}

static bool
copy_plain(struct x509_der text, struct out *out)
{
	if (text.left > out->size)
		return false;
	memcpy(out->buf, text.at, text.left);
	out->len = text.left;
	return true;
}

/* Readers differ about these types beyond ASCII. */
static bool
copy_ascii(struct x509_der text, struct out *out)
{
	for (size_t i = 0; i < text.left; i++)
		if (text.at[i] >= 0x80)
			return false;
	return copy_plain(text, out);
}

static bool
copy_utf8(struct x509_der text, struct out *out)
{
	return stssl_is_utf8(text.at, text.left) && copy_plain(text, out);
}

static bool
copy_nothing(struct x509_der text, struct out *out)
{
	(void)text;
	(void)out;
	return false;
}

static const struct encoding {
	unsigned long tag;
	size_t width;
	bool (*copy)(struct x509_der text, struct out *out);
} encodings[] = {
	{ X509_DER_UTF8, 1, copy_utf8 },
	{ X509_DER_NUMERIC, 1, copy_ascii },
	{ X509_DER_PRINTABLE, 1, copy_ascii },
	{ X509_DER_TELETEX, 1, copy_ascii },
	{ X509_DER_IA5, 1, copy_ascii },
	{ X509_DER_VISIBLE, 1, copy_ascii },
	{ X509_DER_UNIVERSAL, 4, copy_nothing },
	{ X509_DER_BMP, 2, copy_wide },
};

static const struct encoding *
find_encoding(unsigned long tag)
{
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
		if (encodings[i].tag == tag)
			return &encodings[i];
	return NULL;
}

static bool
has_nul(struct x509_der text, size_t width)
{
	static const unsigned char nul[4];

	for (size_t i = 0; i + width <= text.left; i += width)
		if (memcmp(text.at + i, nul, width) == 0)
			return true;
	return false;
}

enum x509_text
x509_text_read(const struct x509_der_item *item, unsigned char *buf,
    size_t size, size_t *ret_len)
{
	const struct encoding *encoding = find_encoding(item->tag);
	struct out out = { buf, size, 0 };

	if (encoding == NULL)
		return X509_TEXT_NONE;
	if (has_nul(item->content, encoding->width))
		return X509_TEXT_NUL;
	if (item->content.left % encoding->width != 0 ||
	    (item->content.left > 0 && !encoding->copy(item->content, &out)))
		return X509_TEXT_NONE;
	*ret_len = out.len;
	return X509_TEXT_FINE;
}
