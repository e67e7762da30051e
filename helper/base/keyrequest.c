/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which requests are signed.  Of a digest only the size can be checked: GnuTLS
 * gives no more of the handshake to a function that signs.
 */
#include <config.h>
#include "helper/base/keyrequest.h"

#include <stddef.h>
#include <string.h>

#define BLANKS  64 /* or client random and server random */
#define CONTEXT sizeof by_server
/* ECCurveType */
#define NAMED_CURVE 3

/* With their NULs, which count. */
static const char by_server[] = "TLS 1.3, server CertificateVerify";
static const char by_client[] = "TLS 1.3, client CertificateVerify";

static const uint32_t digests[KEY_ALGORITHM_COUNT] = {
#define X(name, digest, scheme) [KEY_##name] = digest,
	KEY_ALGORITHMS(X)
#undef X
};

static const uint16_t schemes[KEY_ALGORITHM_COUNT] = {
#define X(name, digest, scheme) [KEY_##name] = scheme,
	KEY_ALGORITHMS(X)
#undef X
};

uint16_t
key_scheme(enum key_algorithm algorithm)
{
	return schemes[algorithm];
}

/* RFC 8422 5.1.1, and the size of a public key on it. */
static const struct {
	uint16_t curve;
	uint8_t size;
} curves[] = {
	{ 23, 65 },  /* secp256r1 */
	{ 24, 97 },  /* secp384r1 */
	{ 25, 133 }, /* secp521r1 */
	{ 29, 32 },  /* x25519 */
	{ 30, 56 },  /* x448 */
};

/* Blanks, the context with its NUL, a digest of the handshake. */
static bool
is_certificate_verify(
    const uint8_t *data, size_t len, const char context[static CONTEXT])
{
	const size_t digest = len - BLANKS - CONTEXT;

	if (len < BLANKS + CONTEXT || (digest != 32 && digest != 48))
		return false;
	for (size_t i = 0; i < BLANKS; i++)
		if (data[i] != ' ')
			return false;
	return memcmp(data + BLANKS, context, CONTEXT) == 0;
}

/* The randoms of both, ServerECDHParams. */
static bool
is_key_exchange(const uint8_t *data, size_t len)
{
	const uint8_t *p = data + BLANKS;

	if (len < BLANKS + 4 || p[0] != NAMED_CURVE || p[3] != len - BLANKS - 4)
		return false;
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
		if (curves[i].curve == (p[1] << 8 | p[2]))
			return curves[i].size == p[3];
	return false;
}

bool
key_request_is_proper(const struct key_request *request, uint32_t link)
{
	const uint8_t *data = request->data;
	const uint32_t len = request->len;

	if (request->algorithm >= KEY_ALGORITHM_COUNT || request->zero != 0 ||
	    len > KEY_DATA_MAX)
		return false;
	if (request->algorithm == KEY_NOTHING)
		return len == 0;
	if (digests[request->algorithm] != 0)
		return len == digests[request->algorithm];
	if (is_certificate_verify(data, len, by_server))
		return true;
	return request->key == link
		   ? is_certificate_verify(data, len, by_client)
		   : is_key_exchange(data, len);
}
