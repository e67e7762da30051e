/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One copy of the secret in a process, at one place, so that it can be wiped.
 */
#include <config.h>
#include "helper/base/keytag.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/random.h>

#define SECRET 32

static struct {
	uint8_t bytes[SECRET]; /* first: a story looks for it in memory */
	bool is_there;
} key_secret;

void
key_secret_make(void)
{
	key_secret.is_there = getrandom(key_secret.bytes, SECRET, 0) == SECRET;
}

void
key_secret_forget(void)
{
	explicit_bzero(&key_secret, sizeof key_secret);
}

bool
key_name_of(const void *der, size_t len, uint8_t ret[static KEY_NAME])
{
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, der, len, ret) >= 0;
}

/* The lengths are in front, so that each text is of one sense only. */
static int
feed(gnutls_hmac_hd_t hmac, const struct key_signed *s)
{
	const uint32_t head[] = { s->scheme, s->len, s->signature_len };
	int r = gnutls_hmac(hmac, s->name, sizeof s->name);

	if (r >= 0)
		r = gnutls_hmac(hmac, head, sizeof head);
	if (r >= 0)
		r = gnutls_hmac(hmac, s->data, s->len);
	return r < 0 ? r : gnutls_hmac(hmac, s->signature, s->signature_len);
}

bool
key_tag_make(const struct key_signed *what, uint8_t ret[static KEY_TAG])
{
	gnutls_hmac_hd_t hmac;
	int r;

	if (!key_secret.is_there || gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256,
					key_secret.bytes, SECRET) < 0)
		return false;
	r = feed(hmac, what);
	gnutls_hmac_deinit(hmac, r >= 0 ? ret : NULL);
	return r >= 0;
}

bool
key_tag_is(const struct key_signed *what, const uint8_t tag[static KEY_TAG])
{
	uint8_t made[KEY_TAG];

	return key_tag_make(what, made) &&
	       gnutls_memcmp(made, tag, sizeof made) == 0;
}
