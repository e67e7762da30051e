/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at UTF-8 character by character; changes nothing.
 */
#include <config.h>
#include "status/utf8.h"

/* How many bytes the character has that begins here; 0 for no character. */
static size_t
character(const unsigned char *at, size_t len)
{
	static const struct {
		unsigned char mask, lead;
		unsigned long least;
	} forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };
	unsigned long c;
	size_t n = 0;

	while (n < 4 && (at[0] & forms[n].mask) != forms[n].lead)
		n++;
	if (n == 4 || n >= len)
		return 0;
	c = at[0] & (unsigned char)~forms[n].mask;
	for (size_t i = 1; i <= n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	return c < forms[n].least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)
		   ? 0
		   : n + 1;
}

bool
stssl_is_utf8(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len > 0) {
		size_t n = character(at, len);

		if (n == 0)
			return false;
		at += n;
		len -= n;
	}
	return true;
}
