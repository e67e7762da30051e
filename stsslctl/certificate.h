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
#include "x509/file.h"

/* How long before the end of a revocation list there is a warning. */
#define LIST_WARN_DAYS 7

struct x509_store;

/*
 * Load the CAs of clients and their revocation lists as the helper does.
 * Returns 0 and *ret, to be freed by x509_store_free(); -ENOMEM, with
 * error->text as it was; or a negative errno with error->text.
 */
int certificate_trust(const struct tls_config *tls, struct x509_store **ret,
    struct x509_error *error);

/*
 * Check them all, as of `now`, and `priority` of the configuration, which was
 * read from `path`.  `store` has the CAs of clients, or is NULL when they
 * cannot be loaded, which certificate_trust() has told; chains that end early
 * are not reported then.
 */
void certificate_check(const struct helper_config *config, const char *path,
    const struct x509_store *store, time_t now, struct findings *findings);

#endif
