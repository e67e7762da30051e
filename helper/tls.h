/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TLS 1.2 and 1.3 as a server, over GnuTLS.  GnuTLS's codes stop here: what
 * comes out is an enum and, for failures, one text.
 */
#ifndef HELPER_TLS_H
#define HELPER_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/config.h"
#include "policy/conf.h"

enum tls_result {
	TLS_DONE,
	TLS_WANT_READ,  /* call again when the socket can be read */
	TLS_WANT_WRITE, /* ... written */
	TLS_CLOSED,     /* the peer ended properly, with close_notify */
	TLS_FAILED,     /* anything else: truncated, alert, garbage */
};

/* Certificates, keys, CAs and priorities of one configuration. */
struct tls_context;

/*
 * Load all files of `config`.  Returns 0 and *ret; or -EBADMSG with *ret_key,
 * the key of the tls section that is at fault, and error->text, what is wrong,
 * for config_tls_error() to complete.
 */
int tls_context_new(const struct tls_config *config, struct tls_context **ret,
    const char **ret_key, struct stssl_error *error);

/* Takes NULL.  Returns NULL. */
struct tls_context *tls_context_free(struct tls_context *context);

#endif
