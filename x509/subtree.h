/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Name constraints that GnuTLS does not enforce: directory names, and kinds of
 * names that nobody can compare.
 */
#ifndef X509_SUBTREE_H
#define X509_SUBTREE_H

#include <stdbool.h>

struct gnutls_x509_crt_int;

/*
 * May `ca` vouch for `cert`, which is below it?  False when a directory name
 * of the certificate (subject or alternative name) is in an excluded subtree,
 * or in none of the permitted ones if there are any; when it has another or a
 * registered name, or an URI, and `ca` constrains names of that kind in any
 * way; when one of the extensions is malformed or larger than any honest one.
 */
bool x509_subtree_allows(
    struct gnutls_x509_crt_int *ca, struct gnutls_x509_crt_int *cert);

/* Does `ca` constrain names of any kind? */
bool x509_subtree_is_set(struct gnutls_x509_crt_int *ca);

#endif
