/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The nonces of one worker: some batches, each nonce good once, and for a time.
 */
#ifndef HELPER_VERIFIER_NONCES_H
#define HELPER_VERIFIER_NONCES_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/proof.h"

/*
 * A batch is forgotten when so many others have been made after it.  Clients
 * that begin handshakes and never sign use nonces up, too: with few batches
 * they would make the worker forget those of the clients who do.
 */
#define NONCE_BATCHES 16

struct nonce_batch {
	struct proof_nonces given; /* batch 0: there is none */
	int64_t made;              /* by stssl_now_ms() */
	uint8_t spent[PROOF_NONCES / 8];
};

struct nonces {
	uint64_t last; /* batch */
	struct nonce_batch kept[NONCE_BATCHES];
};

/*
 * A new batch, in place of the oldest one.  NULL when there is no
 * randomness; else it is the owner's.
 */
const struct proof_nonces *nonces_make(struct nonces *nonces);

/*
 * Use up the nonce that a request names.  True when it is what `random`, the
 * server's, begins with, was not used before, and is not older than `seconds`.
 */
bool nonces_spend(struct nonces *nonces, const struct proof_request *request,
    const uint8_t random[static PROOF_NONCE_BYTES], unsigned seconds);

#endif
