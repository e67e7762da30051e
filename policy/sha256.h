/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SHA-256 (FIPS 180-4) of bytes that are no secret.  It is here since root's
 * processes load no cryptographic library: see HACKING.
 */
#ifndef POLICY_SHA256_H
#define POLICY_SHA256_H

#include <stddef.h>

/* Small hexadecimal digits and a NUL. */
#define STSSL_SHA256_TEXT 65

/* The digest of `len` bytes, as text. */
void stssl_sha256(
    const void *bytes, size_t len, char ret[static STSSL_SHA256_TEXT]);

#endif
