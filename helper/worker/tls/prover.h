/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The verifier as a worker sees it: it gives nonces, and is given handshakes.
 * While there is no verifier, certificates are not proven, and nothing waits.
 */
#ifndef HELPER_WORKER_TLS_PROVER_H
#define HELPER_WORKER_TLS_PROVER_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/proof.h"

struct buffer;
struct ev_loop;
struct prover;

/*
 * An answer has come; or, NULL, whatever was asked will not be answered.  May
 * be called by each of the functions below but the first two.
 */
typedef void (*prover_hear)(void *owner, const struct proof_answer *answer);

/* Without a line: there are no nonces yet.  NULL when out of memory. */
struct prover *prover_new(void);

/* Takes NULL.  Returns NULL. */
struct prover *prover_free(struct prover *prover);

/* There is no line any more; nobody is told. */
void prover_disconnect(struct prover *prover);

/* Use `line`, which becomes its own, from now on. */
void prover_connect(struct prover *prover, struct ev_loop *loop, int line,
    prover_hear hear, void *owner);

/* One nonce, and where it comes from. */
struct prover_nonce {
	uint64_t batch; /* 0: from another machine's verifier */
	uint32_t number;
	uint8_t bytes[PROOF_NONCE_BYTES];
};

/*
 * Take one that nobody else gets.  False when there is none: with a verifier
 * that has just been connected, or cannot keep up, after a fifth of a second.
 */
bool prover_take(struct prover *prover, struct prover_nonce *ret);

/* Ask for new ones in time: to be called every few seconds. */
void prover_refresh(struct prover *prover);

/*
 * Hand in the messages of a handshake, which are the prover's afterwards, and
 * the keyholder's tag.
 * Returns 0 when there will be an answer, or the end of the line; or -EPIPE.
 */
int prover_give(struct prover *prover, uint64_t session,
    const struct prover_nonce *nonce, const uint8_t tag[static KEY_TAG],
    struct buffer *messages);

#endif
