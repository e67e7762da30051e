/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The requests of workers to the keyholder, over a SOCK_SEQPACKET pair of their
 * own: one struct for a request, one for its answer, of exact length.  Only the
 * bytes that a TLS handshake has to sign can be asked for.
 */
#ifndef HELPER_BASE_KEYREQUEST_H
#define HELPER_BASE_KEYREQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/keytag.h"

/*
 * GnuTLS's name of it; the size of the digest that is signed, 0 where the
 * handshake's own bytes are signed; SignatureScheme, RFC 8446 4.2.3.
 */
#define KEY_ALGORITHMS(X)                     \
	X(RSA_SHA256, 32, 0x0401)             \
	X(RSA_SHA384, 48, 0x0501)             \
	X(RSA_SHA512, 64, 0x0601)             \
	X(RSA_PSS_RSAE_SHA256, 32, 0x0804)    \
	X(RSA_PSS_RSAE_SHA384, 48, 0x0805)    \
	X(RSA_PSS_RSAE_SHA512, 64, 0x0806)    \
	X(RSA_PSS_SHA256, 32, 0x0809)         \
	X(RSA_PSS_SHA384, 48, 0x080a)         \
	X(RSA_PSS_SHA512, 64, 0x080b)         \
	X(ECDSA_SHA256, 32, 0x0403)           \
	X(ECDSA_SHA384, 48, 0x0503)           \
	X(ECDSA_SHA512, 64, 0x0603)           \
	X(ECDSA_SECP256R1_SHA256, 32, 0x0403) \
	X(ECDSA_SECP384R1_SHA384, 48, 0x0503) \
	X(ECDSA_SECP521R1_SHA512, 64, 0x0603) \
	X(EDDSA_ED25519, 0, 0x0807)           \
	X(EDDSA_ED448, 0, 0x0808)

enum key_algorithm {
	KEY_NOTHING, /* are you there?  Answered with no signature */
#define X(name, digest, scheme) KEY_##name,
	KEY_ALGORITHMS(X)
#undef X
	KEY_ALGORITHM_COUNT
};

/* The longest is TLS 1.2's key exchange on P-521. */
#define KEY_DATA_MAX 256
/* RSA with 16384 bits. */
#define KEY_SIGNATURE_MAX 2048

/* For key_request_is_proper(): there is no key of links. */
#define KEY_NO_LINK UINT32_MAX

struct key_request {
	uint64_t serial; /* comes back with the answer */
	/* Of the certificate in helper.conf; next the link's; then edge-key */
	uint32_t key;
	uint32_t algorithm; /* enum key_algorithm */
	uint32_t len;
	uint32_t zero;
	uint8_t data[KEY_DATA_MAX];
};

struct key_answer {
	uint64_t serial;
	uint32_t len; /* 0: it cannot be signed */
	uint32_t zero;
	uint8_t tag[KEY_TAG]; /* zeroes: there is none */
	uint8_t signature[KEY_SIGNATURE_MAX];
};

/*
 * True for what a server's handshake can ask for: a digest of the algorithm's
 * size; for EdDSA the bytes of TLS 1.3's CertificateVerify (RFC 8446 4.4.3), or
 * of TLS 1.2's ServerKeyExchange (RFC 8422 5.4); or nothing.  Key number `link`
 * is that of links, which are TLS 1.3, and it may sign as a client, too.
 */
bool key_request_is_proper(const struct key_request *request, uint32_t link);

/* SignatureScheme of an algorithm; 0 for KEY_NOTHING. */
uint16_t key_scheme(enum key_algorithm algorithm);

#endif
