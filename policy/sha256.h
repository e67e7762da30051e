/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SHA-256 by libmd, which is loaded when it is needed: only sshd's logins hash
 * keys, and those of all other daemons would pay for loading it.
 */
#ifndef POLICY_SHA256_H
#define POLICY_SHA256_H

#include <stddef.h>

/* Small hexadecimal digits and a NUL. */
#define STSSL_SHA256_TEXT 65

/*
 * The digest of `len` bytes, as text.
 * Returns 0, or -ELIBACC when libmd cannot be loaded.
 */
int stssl_sha256(
    const void *bytes, size_t len, char ret[static STSSL_SHA256_TEXT]);

#endif
