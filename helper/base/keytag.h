/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's word that it has signed: a tag over what it was asked for and
 * the signature, by a secret that only it and the verifier have.  The monitor
 * makes the secret before it starts processes, and has all others forget it.
 * It is the same for all generations: the tag names the certificate.
 */
#ifndef HELPER_BASE_KEYTAG_H
#define HELPER_BASE_KEYTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* HMAC with SHA-256. */
#define KEY_TAG 32
/* Of a certificate in DER, SHA-256. */
#define KEY_NAME 32

/* Without a secret there are no tags, and signatures are verified. */
void key_secret_make(void);
void key_secret_forget(void);

/* Whose key has signed. */
bool key_name_of(const void *der, size_t len, uint8_t ret[static KEY_NAME]);

struct key_signed {
	uint8_t name[KEY_NAME];
	uint32_t scheme; /* SignatureScheme, RFC 8446 4.2.3 */
	uint32_t len, signature_len;
	const void *data; /* as in struct key_request */
	const void *signature;
};

/* False when there is no secret, or out of memory. */
bool key_tag_make(const struct key_signed *what, uint8_t ret[static KEY_TAG]);

/* Has the keyholder made this tag, for this? */
bool key_tag_is(
    const struct key_signed *what, const uint8_t tag[static KEY_TAG]);

#endif
