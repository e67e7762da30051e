/* SPDX-License-Identifier: BSD-2-Clause
 *
 * In which order GnuTLS gets our certificates.
 */
#ifndef HELPER_WORKER_TLS_TLS_RANK_H
#define HELPER_WORKER_TLS_TLS_RANK_H

#include <stdint.h>

#include "setup/config.h"

/*
 * Write the numbers of the certificates in `files`, fewer than 2^24, to ret,
 * which has room for all: those with an ECDSA key first, then EdDSA, then RSA,
 * and of one kind as they are in `files`.
 *
 * In TLS 1.3 GnuTLS takes the first certificate that the client can verify, and
 * the client's own preference does not count.  A signature with RSA takes by
 * far the longest, so only those clients get it that can verify nothing else.
 */
void tls_rank_order(const struct stssl_values *files, uint32_t ret[]);

#endif
