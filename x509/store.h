/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The CAs of client certificates that we trust, and their revocation lists.
 * Filled once, never changed afterwards; a reload makes a new one.
 */
#ifndef X509_STORE_H
#define X509_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "x509/file.h"
#include "x509/list.h"
#include "x509/types.h"

struct x509_store;
struct gnutls_x509_crt_int;

/* A store without anything; NULL when out of memory. */
struct x509_store *x509_store_new(enum x509_stale stale);

/* Takes NULL.  Returns NULL. */
struct x509_store *x509_store_free(struct x509_store *store);

/*
 * Add the CAs of a PEM file, or of all files of a directory.  Returns 0; or a
 * negative errno with error->text "which file: what": the store may have got
 * some of them then, so that it must not be used.
 */
int x509_store_add_cas(
    struct x509_store *store, const char *path, struct x509_error *error);

/*
 * Add the revocation lists of a PEM file, or of all files of a directory; the
 * CAs must be there before.  From then on every CA of a path needs one.
 * Returns 0; or, as above, an error: a file without a list, a malformed one,
 * one that no CA of the store has signed or whose CA has no cRLSign, and what
 * x509_list_take() refuses.  A list out of date is none: see verify.h.
 */
int x509_store_add_lists(
    struct x509_store *store, const char *path, struct x509_error *error);

/* The lists, to watch their dates. */
const struct x509_list *x509_store_lists(
    const struct x509_store *store, size_t *ret_count);

enum x509_stale x509_store_stale(const struct x509_store *store);

/* The nth trusted CA, the store's; NULL behind the last. */
struct gnutls_x509_crt_int *x509_store_ca(
    const struct x509_store *store, size_t n);

#endif
