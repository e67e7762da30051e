/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What follows from OCSP's word.  The monitor asks this for the record, and
 * workers for their log.
 */
#ifndef HELPER_BASE_OCSP_H
#define HELPER_BASE_OCSP_H

#include "setup/config.h"
#include "status/words.h"
#include "x509/ocsp.h"

/* STSSL_FAILURE_NONE: the certificate stays good. */
enum stssl_failure ocsp_judge(enum ocsp_mode mode, enum x509_ocsp found);

#endif
