/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A cache of OCSP answers: what responders have said of certificates, for as
 * long as it counts.
 */
#ifndef HELPER_INQUIRER_OCSP_CACHE_H
#define HELPER_INQUIRER_OCSP_CACHE_H

#include <stddef.h>
#include <time.h>

#include "x509/ocsp.h"
#include "x509/types.h"

/* When one more comes, all are forgotten. */
#define OCSP_CACHE_MAX 16384

/* All zero is empty. */
struct ocsp_cache {
	void *tree; /* of search.h */
	size_t count;
};

/* The answer about a certificate at `now`: X509_OCSP_UNKNOWN for none. */
enum x509_ocsp ocsp_cache_find(
    const struct ocsp_cache *cache, const struct x509_ocsp_id *id, time_t now);

/* Keep it; out of memory it is not kept. */
void ocsp_cache_keep(struct ocsp_cache *cache, const struct x509_ocsp_id *id,
    const struct x509_finding *finding);

void ocsp_cache_done(struct ocsp_cache *cache);

#endif
