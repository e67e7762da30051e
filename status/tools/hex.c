/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two digits for each byte, the upper four bits first.
 */
#include <config.h>
#include "status/tools/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

const char *
stssl_hex(const void *bytes, size_t len, char *ret)
{
	const uint8_t *from = bytes;

	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = digits[from[i] >> 4];
		ret[2 * i + 1] = digits[from[i] & 15];
	}
	ret[2 * len] = '\0';
	return ret;
}

bool
stssl_hex_read(const char *text, uint8_t *ret, size_t len)
{
	if (strlen(text) != 2 * len || strspn(text, digits) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) << 4 |
				   (strchr(digits, text[2 * i + 1]) - digits));
	return true;
}
