/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The facts of a TLS session, the client's certificate among them.
 */
#ifndef HELPER_WORKER_TLS_PEER_H
#define HELPER_WORKER_TLS_PEER_H

#include <stdbool.h>

#include "status/record.h"
#include "x509/leaf.h"

struct gnutls_session_int;
struct x509_store;

/*
 * See tls_describe(), tls_condemn() for `otherwise`, tls_peer_chain() and
 * tls_peer_fingerprint() in helper/worker/tls/tls.h.  The client's
 * chain is verified by `store` and the wall clock, of resumed sessions too,
 * for which GnuTLS keeps the chain and verifies nothing.
 */
int peer_describe(struct gnutls_session_int *session,
    const struct x509_store *store, enum stssl_failure otherwise,
    struct stssl_record *record);
int peer_chain(struct gnutls_session_int *session, unsigned char *buf,
    size_t size, size_t *ret_len);

/*
 * X509_KEY_* for the client's certificate, out of its Certificate message
 * before GnuTLS reads it; 0 for a message that GnuTLS will complain of by
 * itself, and for no certificate.
 */
unsigned peer_key_faults(struct gnutls_session_int *session,
    const unsigned char *message, size_t len);

bool peer_fingerprint(
    struct gnutls_session_int *session, char ret[static X509_FINGERPRINT]);

#endif
