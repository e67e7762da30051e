/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks over a Name: SEQUENCE OF SET OF SEQUENCE { type, value }.
 */
#include <config.h>
#include "x509/dn.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"
#include "x509/checks.h"
#include "x509/text.h"

#define OID_TEXT 256
/* In UTF-8, a two-byte character has three bytes at most. */
#define VALUE_MAX (X509_LEAF_MAX * 3 / 2)

struct part {
	struct x509_der type;
	struct x509_der raw; /* the value, with tag and length */
	struct x509_der_item value;
};

/* The next part of an RDN; the caller looks for its end. */
static bool
next_part(struct x509_der *rdn, struct part *ret)
{
	struct x509_der_item part, type;

	if (!x509_der_next(rdn, &part) || part.tag != X509_DER_SEQUENCE ||
	    !x509_der_next(&part.content, &type) || type.tag != X509_DER_OID)
		return false;
	ret->type = type.content;
	ret->raw = part.content;
	return x509_der_next(&part.content, &ret->value) &&
	       part.content.left == 0;
}

static bool
next_rdn(struct x509_der *name, struct x509_der *ret)
{
	struct x509_der_item rdn;

	if (!x509_der_next(name, &rdn) || rdn.tag != X509_DER_SET ||
	    rdn.content.left == 0)
		return false;
	*ret = rdn.content;
	return true;
}

/* Text */

/* One number of an OID; false when it has no end, or more than 63 bits. */
static bool
next_arc(struct x509_der *oid, uint64_t *ret)
{
	uint64_t arc = 0;

	while (oid->left > 0) {
		unsigned char byte = *oid->at++;

		oid->left--;
		if (arc > UINT64_MAX >> 7)
			return false;
		arc = arc << 7 | (byte & 0x7f);
		if (byte < 0x80) {
			*ret = arc;
			return true;
		}
	}
	return false;
}

static bool
oid_text(struct x509_der oid, char ret[static OID_TEXT])
{
	uint64_t arc;
	int len;

	if (!next_arc(&oid, &arc))
		return false;
	len = snprintf(ret, OID_TEXT, "%d.%" PRIu64,
	    arc < 80 ? (int)(arc / 40) : 2, arc < 80 ? arc % 40 : arc - 80);
	while (oid.left > 0) {
		if (!next_arc(&oid, &arc) || len >= OID_TEXT - 21)
			return false;
		len += snprintf(
		    ret + len, OID_TEXT - (size_t)len, ".%" PRIu64, arc);
	}
	return true;
}

static void
write_hex(FILE *out, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		(void)fprintf(out, "%02x", bytes[i]);
}

/* RFC 4514, 2.4: a value that is no text. */
static void
write_raw(FILE *out, struct x509_der value)
{
	(void)putc('#', out);
	write_hex(out, value.at, value.left);
}

/* RFC 4514, 2.4; control characters could be mistaken in a log. */
static void
write_text(FILE *out, const unsigned char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool is_end = i == 0 || i == len - 1;

		if (stssl_is_control((char)text[i]))
			(void)fprintf(out, "\\%02X", text[i]);
		else if (strchr("\"+,;<>\\", text[i]) != NULL ||
			 (text[i] == '#' && i == 0) ||
			 (text[i] == ' ' && is_end))
			(void)fprintf(out, "\\%c", text[i]);
		else
			(void)putc(text[i], out);
	}
}

/*
 * A text of a type whose name GnuTLS does not know.  All readers know three
 * string types from their hexadecimal form; others are written as UTF8String.
 */
static void
write_unnamed(
    FILE *out, const struct part *part, const unsigned char *text, size_t len)
{
	unsigned long tag = part->value.tag;

	if (tag == X509_DER_UTF8 || tag == X509_DER_PRINTABLE ||
	    tag == X509_DER_IA5 || len >= 0x10000) {
		write_raw(out, part->raw);
		return;
	}
	(void)fputs("#0c", out);
	if (len >= 0x100)
		(void)fprintf(out, "82%04zx", len);
	else
		(void)fprintf(out, len >= 0x80 ? "81%02zx" : "%02zx", len);
	write_hex(out, text, len);
}

static int
write_part(FILE *out, const struct part *part)
{
	unsigned char text[VALUE_MAX];
	char oid[OID_TEXT];
	const char *name;
	size_t len = 0;

	if (!oid_text(part->type, oid))
		return -E2BIG;
	name = gnutls_x509_dn_oid_name(oid, 0);
	(void)fprintf(out, "%s=", name != NULL ? name : oid);
	switch (x509_text_read(&part->value, text, sizeof text, &len)) {
	case X509_TEXT_FINE:
		if (name != NULL)
			write_text(out, text, len);
		else
			write_unnamed(out, part, text, len);
		return 0;
	case X509_TEXT_NONE:
		write_raw(out, part->raw);
		return 0;
	case X509_TEXT_NUL:
	default:
		return -EBADMSG;
	}
}

static int
write_rdn(FILE *out, struct x509_der rdn)
{
	bool is_first = true;
	int r = 0;

	while (r == 0 && rdn.left > 0) {
		struct part part;

		if (!next_part(&rdn, &part))
			return -EBADMSG;
		if (!is_first)
			(void)putc('+', out);
		is_first = false;
		r = write_part(out, &part);
	}
	return r;
}

static int
write_name(FILE *out, struct x509_der name)
{
	struct x509_der rdns[X509_DN_RDNS];
	size_t count = 0;
	int r = 0;

	while (name.left > 0) {
		if (count == X509_DN_RDNS)
			return -E2BIG;
		if (!next_rdn(&name, &rdns[count++]))
			return -EBADMSG;
	}
	while (r == 0 && count-- > 0) {
		r = write_rdn(out, rdns[count]);
		if (count > 0)
			(void)putc(',', out);
	}
	return r;
}

int
x509_dn_text(struct x509_der name, char **ret)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r;

	if (out == NULL)
		return -ENOMEM;
	r = write_name(out, name);
	if (ferror(out) != 0)
		r = -ENOMEM;
	if (fclose(out) != 0)
		r = -ENOMEM;
	if (r < 0)
		free(text);
	else
		*ret = text;
	return r;
}

/* Parts */

int
x509_dn_only(struct x509_der name, const char *oid, struct x509_der_item *ret)
{
	size_t len = strlen(oid);
	struct x509_der rdn;
	struct part part;
	unsigned found = 0;

	while (name.left > 0) {
		if (!next_rdn(&name, &rdn))
			return -EBADMSG;
		while (rdn.left > 0) {
			if (!next_part(&rdn, &part))
				return -EBADMSG;
			if (part.type.left != len ||
			    memcmp(part.type.at, oid, len) != 0)
				continue;
			*ret = part.value;
			found++;
		}
	}
	return found == 1 ? 0 : -ENOENT;
}
