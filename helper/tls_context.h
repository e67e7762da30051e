/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What tls_context_new() has loaded, for tls.c.  Nothing else includes this.
 */
#ifndef HELPER_TLS_CONTEXT_H
#define HELPER_TLS_CONTEXT_H

#include <stdbool.h>

struct gnutls_certificate_credentials_st;
struct gnutls_priority_st;
struct keyremote;
struct tls_groups;
struct tls_tickets;
struct x509_store;

struct tls_context {
	struct x509_store *store; /* the CAs of clients and their lists */
	struct gnutls_certificate_credentials_st *credentials;
	struct gnutls_priority_st *priority;
	struct tls_groups *groups; /* of the priority */
	struct keyremote *keys; /* NULL where credentials sign by themselves */
	struct tls_tickets *tickets; /* of stream listeners */
};

/* True when the keyholder is there: see keyremote_is_likely_ready(). */
bool tls_context_likely_signs(struct tls_context *context);

#endif
