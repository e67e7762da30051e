/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each HELLO has one form: what is absent is zero.
 */
#include <config.h>
#include "helper/worker/link/hello.h"

#include <string.h>

#define SIGNATURE_LEN 8

static const uint8_t signature[SIGNATURE_LEN] = { 'S', 'T', 'S', 'S', 'L', '-',
	'L', 'K' },
		     route[SIGNATURE_LEN] = { 'S', 'T', 'S', 'S', 'L', '-', 'D',
			     'T' };

/* Where its fields begin. */
enum {
	AT_VERSION = SIGNATURE_LEN,
	AT_FLAGS = 9,
	AT_SESSION = 16,
	AT_NONCE = 24,
	AT_DIGEST = AT_NONCE + PROOF_NONCE_BYTES,
	AT_END = AT_DIGEST + LINK_DIGEST_BYTES
};
_Static_assert(AT_END == LINK_HELLO_BYTES, "its fields are all of it");

#define HAS_NONCE  1
#define HAS_DIGEST 2

void
link_put64(uint64_t number, uint8_t ret[static 8])
{
	for (int i = 8; i-- > 0; number >>= 8)
		ret[i] = (uint8_t)number;
}

uint64_t
link_get64(const uint8_t bytes[static 8])
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return number;
}

void
link_hello_write(
    const struct link_hello *hello, uint8_t ret[static LINK_HELLO_BYTES])
{
	memset(ret, 0, LINK_HELLO_BYTES);
	memcpy(ret, signature, SIGNATURE_LEN);
	ret[AT_VERSION] = LINK_VERSION;
	link_put64(hello->session, ret + AT_SESSION);
	if (hello->has_nonce) {
		ret[AT_FLAGS] |= HAS_NONCE;
		memcpy(ret + AT_NONCE, hello->nonce, sizeof hello->nonce);
	}
	if (hello->digest.is_known) {
		ret[AT_FLAGS] |= HAS_DIGEST;
		memcpy(ret + AT_DIGEST, hello->digest.bytes, LINK_DIGEST_BYTES);
	}
}

bool
link_hello_read(
    const uint8_t bytes[static LINK_HELLO_BYTES], struct link_hello *ret)
{
	uint8_t same[LINK_HELLO_BYTES];
	struct link_hello h = { .session = link_get64(bytes + AT_SESSION),
		.has_nonce = (bytes[AT_FLAGS] & HAS_NONCE) != 0,
		.digest.is_known = (bytes[AT_FLAGS] & HAS_DIGEST) != 0 };

	memcpy(h.nonce, bytes + AT_NONCE, sizeof h.nonce);
	memcpy(h.digest.bytes, bytes + AT_DIGEST, LINK_DIGEST_BYTES);
	link_hello_write(&h, same);
	if (h.session == 0 || memcmp(bytes, same, sizeof same) != 0)
		return false;
	*ret = h;
	return true;
}

void
link_route_write(uint64_t session, uint8_t ret[static LINK_ROUTE_BYTES])
{
	memcpy(ret, route, SIGNATURE_LEN);
	link_put64(session, ret + SIGNATURE_LEN);
}

bool
link_route_read(
    const uint8_t bytes[static LINK_ROUTE_BYTES], uint64_t *ret_session)
{
	if (memcmp(bytes, route, SIGNATURE_LEN) != 0)
		return false;
	*ret_session = link_get64(bytes + SIGNATURE_LEN);
	return true;
}
