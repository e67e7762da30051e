/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The facts of a TLS session, the client's certificate among them.
 */
#ifndef HELPER_PEER_H
#define HELPER_PEER_H

#include <stdbool.h>

#include "status/record.h"
#include "x509/leaf.h"

struct gnutls_session_int;
struct x509_store;

/*
 * See tls_describe(), tls_condemn() for `otherwise`, tls_peer_chain() and
 * tls_peer_fingerprint() in helper/tls.h.  The client's
 * chain is verified by `store` and the wall clock, of resumed sessions too,
 * for which GnuTLS keeps the chain and verifies nothing.
 */
int peer_describe(struct gnutls_session_int *session,
    const struct x509_store *store, enum stssl_failure otherwise,
    struct stssl_record *record);
int peer_chain(struct gnutls_session_int *session, unsigned char *buf,
    size_t size, size_t *ret_len);

/*
 * Has the client a key that would burn the processor, were its signature
 * looked at?  For the middle of a handshake, when the certificate is there.
 */
bool peer_has_huge_key(struct gnutls_session_int *session);

/*
 * Does the client's certificate not forbid its key to sign handshakes?  For
 * the same moment.
 */
bool peer_may_sign(struct gnutls_session_int *session);

bool peer_fingerprint(
    struct gnutls_session_int *session, char ret[static X509_FINGERPRINT]);

#endif
