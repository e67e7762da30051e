/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a connection comes up.
 */
#ifndef HELPER_WORKER_TLS_TLS_HANDSHAKE_H
#define HELPER_WORKER_TLS_TLS_HANDSHAKE_H

#include <stdbool.h>

#include "helper/worker/tls/tls_types.h"

struct tls;

/*
 * Before the handshake: fail it with unrecognized_name when the client asks
 * for a name (SNI) that no certificate is for.
 */
void tls_refuse_unknown_name(struct tls *tls);

/*
 * Before the handshake: fail it when the client offers protocols (ALPN, RFC
 * 7301), but not this one.  Returns 0 or -ENOMEM.
 */
int tls_require_alpn(struct tls *tls, const char *name);

/*
 * Go on with the handshake.  A client certificate that does not verify does
 * not fail it, but for a key so large that it is an attack.  After TLS_FAILED
 * an alert has been tried and tls_error() says why.
 */
enum tls_result tls_handshake(struct tls *tls);

/*
 * The name that the client asked for (SNI, RFC 6066 section 3), without a dot
 * at its end; false when it asked for none, or for something that is no name.
 */
bool tls_sni(const struct tls *tls, char ret[static TLS_NAME_MAX + 1]);

/* For the other files of this folder */

/* Prepare what tls_handshake() needs, before anything is read. */
void tls_prepare_handshake(struct tls *tls);

#endif
