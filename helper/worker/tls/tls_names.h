/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds out which of our certificates are for which host.
 */
#ifndef HELPER_WORKER_TLS_TLS_NAMES_H
#define HELPER_WORKER_TLS_TLS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of more certificates no sets are made. */
#define TLS_NAMES_MAX 64

struct gnutls_certificate_credentials_st;
struct tls_names;

/*
 * The names of the certificates in `credentials`, in their order there.  NULL
 * when out of memory.
 */
struct tls_names *tls_names_new(
    struct gnutls_certificate_credentials_st *credentials);

/* Takes NULL.  Returns NULL. */
struct tls_names *tls_names_free(struct tls_names *names);

/*
 * True when a certificate is for `host`, by RFC 6125: capitals do not count,
 * and a name of a certificate may have a wildcard.  False when `names` is NULL.
 */
bool tls_names_have(const struct tls_names *names, const char *host);

/* Those that are, the first one's is bit 0; 0 with more than TLS_NAMES_MAX. */
uint64_t tls_names_set(const struct tls_names *names, const char *host);

/*
 * All sets of some certificates, neither none nor all, that tls_names_set() can
 * give for hosts that certificates name, as far as there is room; returns how
 * many.
 */
size_t tls_names_sets(
    const struct tls_names *names, uint64_t ret[static TLS_NAMES_MAX]);

#endif
