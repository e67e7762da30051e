/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A parser for RFC 4514 that writes what it reads: types in capitals and by
 * keyword, values with only the escapes that are needed, the parts of one RDN
 * sorted.  Values keep every byte: "Acme" is not "ACME".
 */
#include <config.h>
#include "policy/dn.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/dn_types.h"
#include "status/ascii.h"
#include "status/utf8.h"

#define AVAS_MAX 8 /* parts of one RDN */
#define TYPE_MAX 64
#define SPECIAL  "\"+,;<>\\"

/* Text that grows up to its room. */
struct buf {
	char text[STSSL_DN_MAX];
	size_t len;
};

/* The text, and the RDN that is being read: each part ends with a NUL. */
struct dn {
	const char *at;
	struct buf rdn;
	const char *parts[AVAS_MAX];
	size_t count;
};

static int
put(struct buf *b, char c)
{
	if (b->len == sizeof b->text)
		return -E2BIG;
	b->text[b->len++] = c;
	return 0;
}

static int
put_text(struct buf *b, const char *text)
{
	size_t len = strlen(text);

	if (len > sizeof b->text - b->len)
		return -E2BIG;
	memcpy(b->text + b->len, text, len);
	b->len += len;
	return 0;
}

static void
skip_blanks(struct dn *dn)
{
	dn->at += strspn(dn->at, " ");
}

/* "cn", "2.5.4.3" or "OID.2.5.4.3", and the = behind it. */
static int
read_type(struct dn *dn)
{
	char type[TYPE_MAX + 1];
	size_t len;

	if (stssl_same_start(dn->at, "oid."))
		dn->at += 4;
	len = strspn(dn->at, STSSL_LETTERS STSSL_DIGITS "-.");
	if (len == 0 || len > TYPE_MAX || dn->at[0] == '-')
		return -EBADMSG;
	for (size_t i = 0; i < len; i++)
		type[i] = stssl_upper(dn->at[i]);
	type[len] = '\0';
	/* Either a number with dots or a word without. */
	if (stssl_is_digit(type[0])
		? type[strspn(type, STSSL_DIGITS ".")] != '\0'
		: strchr(type, '.') != NULL)
		return -EBADMSG;
	dn->at += len;
	skip_blanks(dn);
	if (*dn->at != '=')
		return -EBADMSG;
	dn->at++;
	return put_text(&dn->rdn, stssl_dn_type(type));
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c == '\0' ? NULL : strchr(digits, stssl_lower(c));

	return found == NULL ? -1 : (int)(found - digits);
}

/* Two digits; -1 when there are none. */
static int
hex_byte(const char *text)
{
	int high = hex_digit(text[0]);
	int low = high < 0 ? -1 : hex_digit(text[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/* With a backslash in front where it would not stand for itself. */
static int
put_byte(struct buf *to, char c, bool first, bool last)
{
	if (stssl_is_control(c))
		return -EBADMSG;
	/* Escaped like this, no reader takes it for a blank to cut off. */
	if (c == ' ' && (first || last))
		return put_text(to, "\\20");
	if (strchr(SPECIAL, c) != NULL || (c == '#' && first)) {
		int r = put(to, '\\');

		if (r < 0)
			return r;
	}
	return put(to, c);
}

static int
put_value(struct buf *to, const struct buf *value)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < value->len; i++)
		r = put_byte(to, value->text[i], i == 0, i == value->len - 1);
	return r;
}

/* The offset of the contents of a BER value; 0 for a wrong length. */
static size_t
contents(const unsigned char *b, size_t len)
{
	if (len < 2)
		return 0;
	if (b[1] < 0x80 && b[1] == len - 2)
		return 2;
	if (b[1] == 0x81 && len > 2 && b[2] >= 0x80 && b[2] == len - 3)
		return 3;
	if (b[1] == 0x82 && len > 3 && b[2] > 0 &&
	    (size_t)(b[2] << 8 | b[3]) == len - 4)
		return 4;
	return 0;
}

static bool
is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

/*
 * The contents of a BER string that says the same in UTF-8; 0 for others.
 * Bytes that its type does not have would be those of another name.
 */
static size_t
string_contents(const struct buf *ber)
{
	static const char utf8 = 0x0c, ascii[] = { 0x13, 0x16 };
	size_t skip = contents((const unsigned char *)ber->text, ber->len);
	const char *text = ber->text + skip;
	size_t len = ber->len - skip;

	if (skip == 0)
		return 0;
	if (ber->text[0] == utf8)
		return stssl_is_utf8(text, len) ? skip : 0;
	return memchr(ascii, ber->text[0], sizeof ascii) != NULL &&
		       is_ascii(text, len)
		   ? skip
		   : 0;
}

/* "#0C05616C696365": a string is written as one, the rest in small digits. */
static int
read_hex(struct dn *dn)
{
	struct buf ber = { .len = 0 };
	const char *start = ++dn->at;
	size_t skip;
	int byte, r = 0;

	for (; r == 0 && (byte = hex_byte(dn->at)) >= 0; dn->at += 2)
		r = put(&ber, (char)byte);
	if (r < 0 || ber.len == 0)
		return r < 0 ? r : -EBADMSG;
	skip = string_contents(&ber);
	if (skip > 0) {
		ber.len -= skip;
		memmove(ber.text, ber.text + skip, ber.len);
		return put_value(&dn->rdn, &ber);
	}
	r = put(&dn->rdn, '#');
	for (; r == 0 && start < dn->at; start++)
		r = put(&dn->rdn, stssl_lower(*start));
	return r;
}

/* Read the text behind a backslash; *ret is the byte that it means. */
static int
read_escape(struct dn *dn, char *ret)
{
	int byte = hex_byte(dn->at);

	if (byte >= 0) {
		*ret = (char)byte;
		dn->at += 2;
		return 0;
	}
	if (*dn->at == '\0' || strchr(SPECIAL "#= ", *dn->at) == NULL)
		return -EBADMSG;
	*ret = *dn->at++;
	return 0;
}

/* Blanks at the end belong to the value only if they are escaped. */
static int
read_string(struct dn *dn)
{
	struct buf value = { .len = 0 };
	size_t keep = 0;
	int r = 0;

	while (r == 0 && *dn->at != '\0' && *dn->at != ',' && *dn->at != '+') {
		char c = *dn->at++;
		bool escaped = c == '\\';

		if (escaped)
			r = read_escape(dn, &c);
		else if (strchr(SPECIAL, c) != NULL)
			r = -EBADMSG;
		if (r == 0)
			r = put(&value, c);
		if (escaped || c != ' ')
			keep = value.len;
	}
	value.len = keep;
	return r < 0 ? r : put_value(&dn->rdn, &value);
}

/* One "type=value". */
static int
read_part(struct dn *dn)
{
	const char *start = dn->rdn.text + dn->rdn.len;
	int r;

	if (dn->count == AVAS_MAX)
		return -E2BIG;
	skip_blanks(dn);
	r = read_type(dn);
	if (r == 0)
		r = put(&dn->rdn, '=');
	if (r < 0)
		return r;
	skip_blanks(dn);
	r = *dn->at == '#' ? read_hex(dn) : read_string(dn);
	if (r == 0)
		r = put(&dn->rdn, '\0');
	if (r < 0)
		return r;
	skip_blanks(dn);
	dn->parts[dn->count++] = start;
	return 0;
}

static int
compare_parts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* An RDN is a set of parts, so they are sorted. */
static int
read_rdn(struct dn *dn, struct buf *to)
{
	int r;

	dn->rdn.len = 0;
	dn->count = 0;
	for (;;) {
		r = read_part(dn);
		if (r < 0 || *dn->at != '+')
			break;
		dn->at++;
	}
	if (r < 0)
		return r;
	qsort(dn->parts, dn->count, sizeof dn->parts[0], compare_parts);
	for (size_t i = 0; r == 0 && i < dn->count; i++) {
		r = i > 0 ? put(to, '+') : 0;
		if (r == 0)
			r = put_text(to, dn->parts[i]);
	}
	return r;
}

int
stssl_dn_canonical(const char *text, char ret[static STSSL_DN_MAX])
{
	struct dn dn = { .at = text };
	struct buf form = { .len = 0 };
	int r = read_rdn(&dn, &form);

	while (r == 0 && *dn.at == ',') {
		dn.at++;
		r = put(&form, ',');
		if (r == 0)
			r = read_rdn(&dn, &form);
	}
	if (r == 0 && *dn.at != '\0')
		r = -EBADMSG;
	if (r == 0)
		r = put(&form, '\0');
	if (r == 0)
		memcpy(ret, form.text, form.len);
	return r;
}
