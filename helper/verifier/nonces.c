/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Nonces are remembered where they were made: nobody has to be believed about
 * their age.
 */
#include <config.h>
#include "helper/verifier/nonces.h"

#include <string.h>
#include <sys/random.h>

#include "status/clock.h"

static bool
fill(void *bytes, size_t len)
{
	uint8_t *at = bytes;

	/* getrandom(2) gives 256 bytes whole. */
	for (size_t part; len > 0; at += part, len -= part) {
		part = len < 256 ? len : 256;
		if (getrandom(at, part, 0) != (ssize_t)part)
			return false;
	}
	return true;
}

const struct proof_nonces *
nonces_make(struct nonces *nonces)
{
	struct nonce_batch *b =
	    &nonces->kept[(nonces->last + 1) % NONCE_BATCHES];

	memset(b, 0, sizeof *b);
	if (!fill(b->given.nonces, sizeof b->given.nonces))
		return NULL;
	b->given.batch = ++nonces->last;
	b->made = stssl_now_ms();
	return &b->given;
}

bool
nonces_spend(struct nonces *nonces, const struct proof_request *request,
    const uint8_t random[static PROOF_NONCE_BYTES], unsigned seconds)
{
	struct nonce_batch *b = &nonces->kept[request->batch % NONCE_BATCHES];
	const uint32_t n = request->nonce;

	if (request->batch == 0 || b->given.batch != request->batch ||
	    n >= PROOF_NONCES || (b->spent[n / 8] >> n % 8 & 1) != 0 ||
	    stssl_now_ms() - b->made > seconds * INT64_C(1000) ||
	    memcmp(b->given.nonces[n], random, PROOF_NONCE_BYTES) != 0)
		return false;
	b->spent[n / 8] = (uint8_t)(b->spent[n / 8] | 1U << n % 8);
	return true;
}
