/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What GnuTLS encrypts with, for somebody else to go on with it.
 */
#ifndef HELPER_WORKER_TLS_TLS_KEYS_H
#define HELPER_WORKER_TLS_TLS_KEYS_H

#include "helper/worker/tls/ktls.h"

struct gnutls_session_int;

/*
 * What protects the session's next record that is sent.  Returns 0 and *ret,
 * which the caller wipes; -ENOTSUP for ciphers and versions other than those of
 * struct ktls_keys.
 */
int tls_keys_get(struct gnutls_session_int *session, struct ktls_keys *ret);

#endif
