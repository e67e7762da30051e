/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When a session asks OCSP about its certificate, and what comes of the answer:
 * the one place where that is decided.
 */
#ifndef HELPER_WORKER_STANDING_H
#define HELPER_WORKER_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "setup/config.h"
#include "status/record.h"
#include "status/words.h"
#include "x509/ocsp.h"

struct session_host;
struct tls;

/* A session waits so much longer than ocsp-timeout, then it knows nothing. */
#define STANDING_MORE_SECONDS 1.

/* Is there a certificate that verifies, and is OCSP to be asked? */
bool standing_matters(enum ocsp_mode mode, const struct stssl_record *record);

/* Ask.  Returns 0, or a negative errno when there will be no answer. */
int standing_ask(struct session_host *host, uint64_t session, struct tls *tls);

/* What is wrong with the certificate then; STSSL_FAILURE_NONE for nothing. */
enum stssl_failure standing_judge(enum ocsp_mode mode, enum x509_ocsp found);

#endif
