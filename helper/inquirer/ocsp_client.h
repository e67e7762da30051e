/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks OCSP responders (RFC 6960) about the certificates of sessions, once at
 * a time about each certificate, however many sessions wait for the answer.
 * Answers are kept for as long as they count.
 */
#ifndef HELPER_INQUIRER_OCSP_CLIENT_H
#define HELPER_INQUIRER_OCSP_CLIENT_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/config.h"
#include "x509/ocsp.h"

struct ocsp_client;

/*
 * Each question is answered by `found`, once, maybe before ocsp_client_ask()
 * returns, and within ocsp-timeout.  Config and store must last as long.  NULL
 * when out of memory.  Once in a process.
 */
struct ocsp_client *ocsp_client_new(struct ev_loop *loop,
    const struct helper_config *config, const struct x509_store *store,
    void (*found)(void *owner, uint64_t session, enum x509_ocsp found),
    void *owner);

/* Takes NULL.  Returns NULL.  Questions under way are not answered. */
struct ocsp_client *ocsp_client_free(struct ocsp_client *client);

/*
 * Ask whether the session's certificate is revoked.  Its chain is in DER, one
 * certificate behind the other.
 */
void ocsp_client_ask(
    struct ocsp_client *client, uint64_t session, const void *der, size_t len);

#endif
