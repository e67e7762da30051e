/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Base64, RFC 4648 section 4.
 */
#ifndef STATUS_BASE64_H
#define STATUS_BASE64_H

#include <stddef.h>

#define STSSL_BASE64_DIGITS          \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"abcdefghijklmnopqrstuvwxyz0123456789+/"

/*
 * Decode `len` characters into `ret`, which has room for three bytes for each
 * four of them.  Padding is needed, and nothing else but the digits allowed.
 * Returns 0 and *ret_len; the same with 1 where bits that are left over are not
 * zero, so that another text means the same bytes; or -EINVAL.
 */
int stssl_base64_decode(
    const char *text, size_t len, void *ret, size_t *ret_len);

#endif
