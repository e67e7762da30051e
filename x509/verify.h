/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether a client's certificate is good.
 */
#ifndef X509_VERIFY_H
#define X509_VERIFY_H

#include <stdbool.h>

#include "status/words.h"

struct gnutls_session_int;
struct gnutls_x509_crt_int;

/*
 * Verify the chain that the peer of `session` sent, whose leaf is `leaf`, for
 * the purpose clientAuth and by the wall clock.  A resumed session is verified
 * like a new one.  `stale`: a revocation list is out of date.
 * Returns STSSL_FAILURE_COUNT when nothing is wrong, else what is.
 */
enum stssl_failure verify_peer(struct gnutls_session_int *session,
    struct gnutls_x509_crt_int *leaf, bool stale);

#endif
