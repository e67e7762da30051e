/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What links need of a configuration, and whether a connection is one.
 */
#ifndef HELPER_WORKER_TLS_TLS_TRUST_H
#define HELPER_WORKER_TLS_TLS_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/key.h"
#include "helper/worker/tls/tls_types.h"
#include "setup/config.h"
#include "setup/pins.h"

struct tls;
struct tls_context;

/* The protocol of links, ALPN. */
#define TLS_LINK_ALPN "stssl-link/1"

/*
 * Load what links need of their section, `link`, which stays the caller's and
 * must outlive the context; `key` is the number of its key in the keyholder.
 * Does nothing where there are no links.  Returns 0; or -EBADMSG with *ret_key,
 * the key of the section that is at fault, and error->text, for
 * config_link_error() to complete.
 */
int tls_link_load(struct tls_context *context, const struct link_config *link,
    uint32_t key, const char **ret_key, struct stssl_error *error);

/*
 * On the Edge, when reading has failed: whether the Server does not know our
 * key, a text that says so; else NULL.
 */
const char *tls_link_refusal(const struct tls *tls);

/*
 * Why the handshake has failed.  If the peer's key is nobody's that we know,
 * the text is in `buf` and has its pin, which the configuration may lack.
 */
#define TLS_LINK_FAULT (40 + 2 * LINK_PIN_BYTES)
const char *tls_link_fault(
    const struct tls *tls, char buf[static TLS_LINK_FAULT]);

/* For the other files of this folder */

/*
 * The handshake is over: TLS_DONE when its ALPN, the peer's key and resumption
 * are as they have to be; or TLS_FAILED, and the peer is told.
 */
enum tls_result tls_link_settle(struct tls *tls);

/* As tls_context_server(): of the certificates that Edges show. */
bool tls_link_shown(const struct tls_context *context, unsigned n,
    const void **ret, size_t *ret_len);

/*
 * The number of the key of a certificate that Edges show, KEY_NAME bytes of
 * name; false when it is none of these, or its key is not here.
 */
bool tls_link_key(
    const struct tls_context *context, const uint8_t *name, uint32_t *ret);

/* Drop what tls_link_load() has made. */
void tls_link_unload(struct tls_context *context);

#endif
