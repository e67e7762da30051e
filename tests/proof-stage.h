/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The verifier's judgement beside a worker's TLS, in one process, for tests and
 * fuzzers.  All abort when anything of the stage itself fails.
 */
#ifndef TESTS_PROOF_STAGE_H
#define TESTS_PROOF_STAGE_H

#include "helper/verifier/judge.h"
#include "helper/worker/tls/tls.h"

/* A handshake as it is handed in. */
struct handed_in {
	struct proof_request request;
	uint8_t bytes[PROOF_MAX];
};

struct proof_stage {
	struct judge *judge;
	struct nonces nonces;
	int line; /* the verifier's end */
};

/* Give the context's connections nonces. */
void proof_stage_open(struct proof_stage *s, struct tls_context *context);
void proof_stage_close(struct proof_stage *s);

/* Give more nonces, if they have been asked for. */
void proof_stage_serve(struct proof_stage *s);

/* Have a connection hand in its handshake; false when it has none. */
bool proof_stage_take(
    struct proof_stage *s, struct tls *tls, struct handed_in *ret);

/*
 * What tls_describe() says, and what the verifier finds, as one record.  Says
 * why the certificate counts for nothing, and NULL when it counts; without a
 * certificate SSL_CLIENT_VERIFY is NONE, and one that does not count is
 * FAILED:unproven.
 */
const char *proof_stage_describe(struct proof_stage *s,
    struct tls_context *context, struct tls *tls, struct stssl_record *record,
    struct finding *ret);

#endif
