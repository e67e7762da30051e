/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Digit by digit: what is decoded here is short.
 */
#include <config.h>
#include "status/base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

int
stssl_base64_decode(const char *text, size_t len, void *ret, size_t *ret_len)
{
	static const char digits[] = STSSL_BASE64_DIGITS;
	uint8_t *to = ret;
	size_t pad = 0;
	uint32_t bits = 0;

	if (len % 4 != 0)
		return -EINVAL;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len - pad; i++) {
		const char *digit = memchr(digits, text[i], sizeof digits - 1);

		if (digit == NULL)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)(digit - digits);
		if (i % 4 != 0)
			*to++ = (uint8_t)(bits >> (6 - i % 4 * 2));
	}
	*ret_len = (size_t)(to - (uint8_t *)ret);
	return pad > 0 && (bits & (pad == 1 ? 0x3 : 0xf)) != 0 ? 1 : 0;
}
