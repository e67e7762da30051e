/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What all connections of one configuration share.
 */
#ifndef HELPER_WORKER_TLS_TLS_CONTEXT_H
#define HELPER_WORKER_TLS_TLS_CONTEXT_H

#include <stdbool.h>

#include "conf/key.h"
#include "setup/config.h"

struct gnutls_certificate_credentials_st;
struct prover;
struct tls_tickets;
struct x509_store;

/*
 * Certificates, CAs and priorities of one configuration, and a line to the
 * keyholder, who has the keys.
 */
struct tls_context;

/*
 * Load all files of `config` but the keys.  Returns 0 and *ret; or -EBADMSG
 * with *ret_key, the key of the tls section that is at fault, and error->text,
 * what is wrong, for config_tls_error() to complete.
 */
int tls_context_new(const struct tls_config *config, struct tls_context **ret,
    const char **ret_key, struct stssl_error *error);

/*
 * The CAs of clients and their revocation lists, the context's; NULL of NULL.
 * Nothing of a context changes once it is loaded.
 */
const struct x509_store *tls_context_store(const struct tls_context *context);

/*
 * The tickets of stream listeners, the context's.  They are made with it, so
 * that a client may resume with any of the workers that share it.
 */
struct tls_tickets *tls_context_tickets(const struct tls_context *context);

/*
 * Drop everything else.  No connection can be made afterwards.
 */
void tls_context_keep_store(struct tls_context *context);

/*
 * Sign with the keyholder on `line`, which becomes the context's, from now on;
 * until then every handshake that needs a signature fails.
 */
void tls_context_connect(struct tls_context *context, int line);

/* The verifier, as the context's connections see it; the context's. */
struct prover *tls_context_prover(const struct tls_context *context);

/*
 * For the verifier: the nth certificate in DER, the context's, of those that we
 * or our Edges show to clients, false behind the last; and the signature
 * algorithms (GNUTLS_SIGN_*) that the priority allows, of which it returns how
 * many.
 */
bool tls_context_server(const struct tls_context *context, unsigned n,
    const void **ret, size_t *ret_len);
size_t tls_context_algorithms(
    const struct tls_context *context, const unsigned **ret);

/* True when the keyholder answers: see keyremote_is_ready(). */
bool tls_context_can_sign(struct tls_context *context);

/* Takes NULL.  Returns NULL. */
struct tls_context *tls_context_free(struct tls_context *context);

/*
 * True when one of the context's certificates is for this host name
 * (RFC 6125, wildcards included).
 */
bool tls_context_names(const struct tls_context *context, const char *name);

/* For the other files of this folder */

/*
 * The credentials for a client that asks for `host`: with the certificates that
 * are for it, when there are such; else with all.
 */
struct gnutls_certificate_credentials_st *tls_context_choose(
    const struct tls_context *context, const char *host);

/* True when the keyholder is there: see keyremote_is_likely_ready(). */
bool tls_context_likely_signs(struct tls_context *context);

#endif
