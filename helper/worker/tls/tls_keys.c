/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What GnuTLS encrypts with, for somebody else to go on with it.
 */
#include <config.h>
#include "helper/worker/tls/tls_keys.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

static const struct {
	gnutls_cipher_algorithm_t cipher;
	size_t key_len;
} ciphers[] = {
	{ GNUTLS_CIPHER_AES_128_GCM, 16 },
	{ GNUTLS_CIPHER_AES_256_GCM, 32 },
};

static size_t
key_len(gnutls_session_t session)
{
	for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
		if (ciphers[i].cipher == gnutls_cipher_get(session))
			return ciphers[i].key_len;
	return 0;
}

int
tls_keys_get(gnutls_session_t session, struct ktls_keys *ret)
{
	gnutls_protocol_t version = gnutls_protocol_get_version(session);
	bool is_tls13 = version == GNUTLS_TLS1_3;
	/* TLS 1.2: RFC 5288 section 3, the sequence number is sent along. */
	size_t iv_len = sizeof ret->salt + (is_tls13 ? sizeof ret->nonce : 0);
	size_t len = key_len(session);
	gnutls_datum_t iv, key;
	unsigned char sequence[sizeof ret->sequence];

	if (len == 0 || (!is_tls13 && version != GNUTLS_TLS1_2) ||
	    gnutls_record_get_state(session, 0, NULL, &iv, &key, sequence) <
		0 ||
	    key.size != len || iv.size < iv_len)
		return -ENOTSUP;
	ret->is_tls13 = is_tls13;
	ret->key_len = len;
	memcpy(ret->key, key.data, len);
	memcpy(ret->salt, iv.data, sizeof ret->salt);
	memcpy(ret->nonce, is_tls13 ? iv.data + sizeof ret->salt : sequence,
	    sizeof ret->nonce);
	memcpy(ret->sequence, sequence, sizeof ret->sequence);
	return 0;
}
