/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What tls_context_new() has loaded, for tls.c.  Nothing else includes this.
 */
#ifndef HELPER_TLS_CONTEXT_H
#define HELPER_TLS_CONTEXT_H

#include <time.h>

struct gnutls_certificate_credentials_st;
struct gnutls_priority_st;

struct tls_context {
	time_t crl_until; /* when the first CRL runs out; 0: never */
	struct gnutls_certificate_credentials_st *credentials;
	struct gnutls_priority_st *priority;
};

#endif
