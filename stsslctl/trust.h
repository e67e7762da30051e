/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whose client certificates are believed: of helper.conf, or of two files.
 */
#ifndef STSSLCTL_TRUST_H
#define STSSLCTL_TRUST_H

#include "setup/config.h"
#include "x509/file.h"
#include "x509/store.h"

/*
 * Both return 0 and *ret, to be freed by x509_store_free(); -ENOMEM, with
 * error->text as it was; or a negative errno with error->text.
 */

/* As the helper does. */
int trust_configured(const struct tls_config *tls, struct x509_store **ret,
    struct x509_error *error);

/* `crl` may be NULL: no list is asked for then. */
int trust_files(const char *ca, const char *crl, struct x509_store **ret,
    struct x509_error *error);

#endif
