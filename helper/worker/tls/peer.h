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
 * Put the SSL_* keys of stssl-status(7) into `record`, but for SSL_CLIENT_*.
 * Returns 0, or what stssl_record_put() says.
 */
int tls_describe(const struct tls *tls, struct stssl_record *record);

/* True when the client has sent a certificate, in a resumed session once. */
bool tls_has_certificate(const struct tls *tls);

/* "TLS1.2", "TLS1.3", as in log lines. */
const char *tls_version(const struct tls *tls);

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
