/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is known of the client.
 */
#ifndef HELPER_WORKER_TLS_PEER_H
#define HELPER_WORKER_TLS_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/worker/tls/tls_types.h"
#include "status/record.h"

struct tls;

/*
 * Verify the client's certificate by today's facts, on resumed sessions too,
 * and put all SSL_* keys of stssl-status(7) into `record`.
 * Returns 0 and *ret; or what stssl_record_put() says.
 */
int tls_describe(
    struct tls *tls, struct stssl_record *record, struct tls_certificate *ret);

/* "TLS1.2", "TLS1.3", as in log lines. */
const char *tls_version(const struct tls *tls);

/*
 * The chain that the client sent, one certificate behind the other in DER.
 * Returns 0 and *ret_len; -ENOENT when there is none, -E2BIG when it is longer
 * than `size`.
 */
int tls_peer_chain(
    const struct tls *tls, unsigned char *buf, size_t size, size_t *ret_len);

/*
 * From now on tls_describe() says this of the client's certificate, should it
 * be good otherwise.
 */
void tls_condemn(struct tls *tls, enum stssl_failure failure);

/* True when both clients have sent a certificate, and the same. */
bool tls_same_certificate(const struct tls *tls, const struct tls *other);

/* Refuse the peer's certificate after the handshake with a fitting alert. */
void tls_refuse_certificate(struct tls *tls);

/* For the other files of this folder */

/*
 * X509_KEY_* for the client's certificate, out of its Certificate message
 * before GnuTLS reads it; 0 for a message that GnuTLS will complain of by
 * itself, and for no certificate.
 */
unsigned peer_key_faults(
    const struct tls *tls, const unsigned char *message, size_t len);

#endif
