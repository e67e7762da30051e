/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What OCSP responders have said, for as long as it counts.
 */
#ifndef HELPER_INQUIRER_FINDINGS_H
#define HELPER_INQUIRER_FINDINGS_H

#include <stddef.h>
#include <time.h>

#include "x509/ocsp.h"

/* When one more comes, all are forgotten. */
#define FINDINGS_MAX 16384

/* All zero is empty. */
struct findings {
	void *tree; /* of search.h */
	size_t count;
};

/* What is known about a certificate at `now`: X509_OCSP_UNKNOWN for nothing. */
enum x509_ocsp findings_find(
    const struct findings *findings, const struct x509_ocsp_id *id, time_t now);

/* Keep it; out of memory it is not kept. */
void findings_keep(struct findings *findings, const struct x509_ocsp_id *id,
    const struct x509_finding *finding);

void findings_done(struct findings *findings);

#endif
