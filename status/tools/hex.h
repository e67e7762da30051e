/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bytes as hexadecimal digits.
 */
#ifndef STATUS_TOOLS_HEX_H
#define STATUS_TOOLS_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Write bytes as twice as many lower-case digits, and a NUL.  Returns `ret`. */
const char *stssl_hex(const void *bytes, size_t len, char *ret);

/*
 * Read such a text.  False, and *ret may be changed, unless it is that of `len`
 * bytes.
 */
bool stssl_hex_read(const char *text, uint8_t *ret, size_t len);

#endif
