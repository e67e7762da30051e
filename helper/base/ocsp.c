/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table.
 */
#include <config.h>
#include "helper/base/ocsp.h"

#define GOOD STSSL_FAILURE_NONE

static const enum stssl_failure table[][X509_OCSP_COUNT] = {
	/* unknown                good  revoked */
	[OCSP_OFF] = { GOOD, GOOD, GOOD },
	[OCSP_SOFT] = { GOOD, GOOD, STSSL_FAILURE_REVOKED },
	[OCSP_HARD] = { STSSL_FAILURE_CRL_STALE, GOOD, STSSL_FAILURE_REVOKED },
};

enum stssl_failure
ocsp_judge(enum ocsp_mode mode, enum x509_ocsp found)
{
	return table[mode][found];
}
