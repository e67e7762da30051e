/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What connections that share struct tls_tickets do, for tls.c.  Nothing else
 * includes this.
 */
#ifndef HELPER_TLS_TICKETS_H
#define HELPER_TLS_TICKETS_H

#include <stdbool.h>

struct gnutls_session_int;
struct tls_tickets;

/*
 * Let a connection give and take tickets, and with `remembers` resume by
 * session ID the first connection that used these tickets, too.  Returns 0, or
 * a GnuTLS code below 0.
 */
int tls_tickets_enable(struct gnutls_session_int *session,
    struct tls_tickets *tickets, bool remembers);

#endif
