/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the client's certificate says and whether it verifies.
 */
#ifndef X509_PEER_H
#define X509_PEER_H

#include <stdbool.h>

#include "status/record.h"

struct gnutls_session_int;

/*
 * See tls_describe() and tls_peer_fingerprint() in helper/tls.h.  `stale`: a
 * revocation list is out of date, so that no certificate can be called good.
 */
int peer_describe(struct gnutls_session_int *session, bool stale,
    struct stssl_record *record);
bool peer_fingerprint(struct gnutls_session_int *session, char ret[static 65]);

#endif
