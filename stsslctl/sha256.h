/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SHA-256, in lower-case hex.
 */
#ifndef STSSLCTL_SHA256_H
#define STSSLCTL_SHA256_H

#include <stddef.h>

#define SHA256_TEXT 65

/* Returns 0, or -EIO when GnuTLS cannot. */
int sha256_hex(const void *bytes, size_t len, char ret[static SHA256_TEXT]);

#endif
