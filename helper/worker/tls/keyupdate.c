/* SPDX-License-Identifier: BSD-2-Clause
 *
 * HKDF-Expand-Label of RFC 8446 section 7.1, by GnuTLS's HKDF-Expand, with the
 * labels that a change of keys needs.  Their contexts are empty.
 */
#include <config.h>
#include "helper/worker/tls/keyupdate.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include "helper/worker/tls/ktls.h"

#define PREFIX "tls13 "
#define LABEL  "traffic upd" /* the longest */
/* Length, label and context, with a length before each of the latter. */
#define INFO_MAX (2 + 1 + sizeof PREFIX + sizeof LABEL + 1)

static const struct {
	size_t len;
	gnutls_mac_algorithm_t mac;
} hashes[] = {
	{ 32, GNUTLS_MAC_SHA256 },
	{ 48, GNUTLS_MAC_SHA384 },
};

static gnutls_mac_algorithm_t
hash_of(const struct traffic_secret *secret)
{
	for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++)
		if (hashes[i].len == secret->len)
			return hashes[i].mac;
	return GNUTLS_MAC_UNKNOWN;
}

static int
expand(const struct traffic_secret *secret, const char *label, uint8_t *out,
    size_t len)
{
	struct traffic_secret copy = *secret; /* GnuTLS takes no constants */
	const gnutls_datum_t key = { copy.bytes, (unsigned)copy.len };
	gnutls_mac_algorithm_t mac = hash_of(secret);
	uint8_t info[INFO_MAX] = { (uint8_t)(len >> 8), (uint8_t)len };
	/* Its NUL is the length of an empty context. */
	const unsigned name_len = (unsigned)snprintf(
	    (char *)info + 3, sizeof info - 3, PREFIX "%s", label);
	const gnutls_datum_t datum = { info, 3 + name_len + 1 };
	int r;

	info[2] = (uint8_t)name_len;
	r = mac == GNUTLS_MAC_UNKNOWN
		? -1
		: gnutls_hkdf_expand(mac, &key, &datum, out, len);
	explicit_bzero(&copy, sizeof copy);
	return r < 0 ? -ENOTSUP : 0;
}

int
keyupdate_next(struct traffic_secret *secret)
{
	struct traffic_secret next = { .len = secret->len };
	int r = expand(secret, LABEL, next.bytes, next.len);

	if (r == 0)
		*secret = next;
	explicit_bzero(&next, sizeof next);
	return r;
}

int
keyupdate_keys(
    const struct traffic_secret *secret, size_t key_len, struct ktls_keys *ret)
{
	struct ktls_keys keys = { .is_tls13 = true, .key_len = key_len };
	uint8_t iv[sizeof keys.salt + sizeof keys.nonce];
	int r = key_len > sizeof keys.key
		    ? -ENOTSUP
		    : expand(secret, "key", keys.key, key_len);

	if (r == 0)
		r = expand(secret, "iv", iv, sizeof iv);
	if (r == 0) {
		memcpy(keys.salt, iv, sizeof keys.salt);
		memcpy(keys.nonce, iv + sizeof keys.salt, sizeof keys.nonce);
		*ret = keys;
	}
	explicit_bzero(&keys, sizeof keys);
	explicit_bzero(iv, sizeof iv);
	return r;
}
