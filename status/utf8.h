/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Is it UTF-8?
 */
#ifndef STATUS_UTF8_H
#define STATUS_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 3629: the shortest forms only, no surrogates.  True for no bytes. */
bool stssl_is_utf8(const void *bytes, size_t len);

#endif
