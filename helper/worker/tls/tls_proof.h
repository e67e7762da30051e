/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the verifier needs of a handshake, kept while it runs: our nonce in
 * ServerHello, and all messages up to the client's signature.
 */
#ifndef HELPER_WORKER_TLS_TLS_PROOF_H
#define HELPER_WORKER_TLS_TLS_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/proof.h"

struct tls;
struct tls_proof;

/*
 * Before the handshake: ServerHello gets this nonce, which is of another
 * machine's verifier.  tls_prove() hands the handshake in as one with a foreign
 * nonce (PROOF_FOREIGN): our own verifier judges all but its age.
 */
void tls_use_nonce(struct tls *tls, const uint8_t nonce[PROOF_NONCE_BYTES]);

/*
 * After the handshake and before tls_prove(): the messages that it would hand
 * in, for the other machine.  Returns 0 with *ret, to be freed; -ENOENT when
 * there is no proof; or -ENOMEM.
 */
int tls_proof_copy(const struct tls *tls, uint8_t **ret, size_t *ret_len);

/*
 * Hand the handshake in, which is over.  Returns 0 when prover_hear will be
 * called for it; or -ENOENT when there is no proof.
 */
int tls_prove(struct tls *tls, uint64_t session);

/* For the other files of this folder */

struct gnutls_datum;

/*
 * Take a ClientHello apart: `versions` is its extension, NULL for none.  Puts a
 * nonce into the ServerHello that answers it.
 */
void tls_proof_begin(struct tls *tls, const unsigned char *hello, unsigned len,
    const unsigned char *versions, unsigned versions_len);

/*
 * Keep a message, `type` as GnuTLS's hook says it.  Returns 0, or a GnuTLS code
 * when the handshake must end: its version is not the one that the nonce is
 * marked for.
 */
int tls_proof_add(struct tls *tls, unsigned type, bool incoming,
    const unsigned char *body, unsigned len);

void tls_proof_done(struct tls_proof *proof);

#endif
