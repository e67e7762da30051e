/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the store's lists say of certificates.  Each function returns
 * STSSL_FAILURE_NONE when nothing is wrong, else what is.
 */
#ifndef X509_REVOCATION_H
#define X509_REVOCATION_H

#include <time.h>

#include "status/words.h"

struct gnutls_x509_crt_int;
struct x509_path;
struct x509_store;

/*
 * The path that GnuTLS found.  It fails, if the store has lists, when one of
 * them revokes a certificate, or a CA has no list that it has signed and that
 * is fresh at `now`.
 */
enum stssl_failure x509_check_lists(
    const struct x509_store *store, const struct x509_path *path, time_t now);

/*
 * The lists alone, for a leaf that verified before: is it, or a CA of the
 * store that it comes from, revoked?  Missing lists and old ones do not count.
 * If the store has not the key that signed the leaf, a list by its CA's name
 * counts: the leaf may have verified by a newer key of that CA.
 */
enum stssl_failure x509_check_revoked(const struct x509_store *store,
    struct gnutls_x509_crt_int *leaf, time_t now);

#endif
