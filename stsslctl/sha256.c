/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A digest by GnuTLS.
 */
#include <config.h>
#include "stsslctl/sha256.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

int
sha256_hex(const void *bytes, size_t len, char ret[static SHA256_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[(SHA256_TEXT - 1) / 2];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len, digest) < 0)
		return -EIO;
	for (size_t i = 0; i < sizeof digest; i++) {
		ret[2 * i] = digits[digest[i] >> 4];
		ret[2 * i + 1] = digits[digest[i] & 15];
	}
	ret[2 * sizeof digest] = '\0';
	return 0;
}
