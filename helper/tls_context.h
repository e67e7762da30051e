/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What tls_context_new() has loaded, for tls.c.  Nothing else includes this.
 */
#ifndef HELPER_TLS_CONTEXT_H
#define HELPER_TLS_CONTEXT_H

struct gnutls_certificate_credentials_st;
struct gnutls_priority_st;

struct tls_context {
	struct gnutls_certificate_credentials_st *credentials;
	struct gnutls_priority_st *priority;
};

#endif
