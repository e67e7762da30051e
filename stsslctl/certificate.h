/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The certificates, keys and revocation lists that helper.conf names: do they
 * belong together, and for how long are they good?
 */
#ifndef STSSLCTL_CERTIFICATE_H
#define STSSLCTL_CERTIFICATE_H

#include <time.h>

#include "setup/config.h"
#include "stsslctl/findings.h"

/* How long before the end there is a warning. */
#define CERTIFICATE_WARN_DAYS 30
#define LIST_WARN_DAYS        7

/* Check them all, as of `now`. */
void certificate_check(
    const struct tls_config *tls, time_t now, struct findings *findings);

#endif
