/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a TLS 1.3 connection whose peer changes them, RFC 8446 sections
 * 7.2 and 7.3: for records that the kernel opens, since GnuTLS then sees no
 * KeyUpdate.  Arithmetic only: nothing here is sent or kept.
 */
#ifndef HELPER_WORKER_TLS_KEYUPDATE_H
#define HELPER_WORKER_TLS_KEYUPDATE_H

#include <stddef.h>
#include <stdint.h>

struct ktls_keys;

/* The secret that the keys of one direction are made of; to be wiped. */
struct traffic_secret {
	size_t len; /* 32 for SHA-256, 48 for SHA-384; 0 when there is none */
	uint8_t bytes[48];
};

/*
 * Replace a secret by the next one, which does not lead back to it.  Returns 0;
 * or -ENOTSUP for another length, and the secret is as it was.
 */
int keyupdate_next(struct traffic_secret *secret);

/*
 * Make the keys of the first record under a secret, for a cipher whose key has
 * `key_len` bytes.  Returns 0 and *ret, to be wiped; or -ENOTSUP.
 */
int keyupdate_keys(
    const struct traffic_secret *secret, size_t key_len, struct ktls_keys *ret);

#endif
