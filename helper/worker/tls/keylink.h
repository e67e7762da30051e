/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A private key that is a Server's: its signatures come over the link of the
 * session that needs them, stssl-link(7).
 */
#ifndef HELPER_WORKER_TLS_KEYLINK_H
#define HELPER_WORKER_TLS_KEYLINK_H

#include "helper/worker/tls/keyremote.h"

/*
 * For the connection `owner`, a struct tls, over what tls_sign_over() says.
 * GnuTLS cannot do anything else meanwhile, nor can the worker: so the Server
 * has 200 ms, and where it is late no Server is asked for the next second.
 */
keyremote_ask keylink_ask;

#endif
