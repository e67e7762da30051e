/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The paths from a leaf to a trusted CA, by names and key identifiers only: the
 * caller verifies the signatures.
 */
#ifndef X509_PATHS_H
#define X509_PATHS_H

#include <stdbool.h>

struct x509_chain;
struct x509_path;
struct x509_store;

/*
 * Offer paths, shortest first where there is a choice, until `take` returns
 * true: through certificates of the chain, each once, up to the first that is
 * trusted.  Goes on for a bounded time only, whatever the chain is.
 */
void x509_paths(const struct x509_store *store, const struct x509_chain *chain,
    bool (*take)(void *owner, const struct x509_path *path), void *owner);

#endif
