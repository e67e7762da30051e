/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What has gone wrong with a connection, for us and for its peer.
 */
#ifndef HELPER_WORKER_TLS_TLS_FAULT_H
#define HELPER_WORKER_TLS_TLS_FAULT_H

#include <stdbool.h>

#include "helper/worker/tls/tls_types.h"

struct tls;

/* Why the last call failed; a constant of GnuTLS's. */
const char *tls_error(const struct tls *tls);

/*
 * True when a handshake that failed is the client's fault.  It is not when the
 * client has gone without a whole message, as port scanners and health checks
 * do, nor when we could not sign.
 */
bool tls_is_peers_fault(const struct tls *tls);

/*
 * True when an alert is the last that the peer was sent.  It has to arrive
 * before the connection is closed, and must not be overtaken by a reset.
 */
bool tls_has_alerted(const struct tls *tls);

/* For the other files of this folder */

/*
 * The meaning of a GnuTLS code below 0: TLS_WANT_READ, TLS_WANT_WRITE, or
 * TLS_FAILED, and tls_error() says why.
 */
enum tls_result tls_meaning(struct tls *tls, int code);

/* Tell the peer of a failure, RFC 8446 section 6.2, unless it knows. */
void tls_alert(struct tls *tls, int code);

#endif
