/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How sessions are resumed.
 */
#ifndef HELPER_WORKER_TLS_TLS_TICKETS_H
#define HELPER_WORKER_TLS_TLS_TICKETS_H

#include <stdbool.h>

#include "helper/worker/tls/tls_types.h"

struct gnutls_session_int;

/*
 * A session-ticket key (RFC 5077, RFC 8446 4.6.1), and for FTP the control
 * connection's session (RFC 5246 7.3, by its ID).  Connections that share them
 * resume each other's sessions, and no others.  NULL when out of memory or
 * randomness.
 */
struct tls_tickets;
struct tls_tickets *tls_tickets_new(void);

/* Wipes the key.  Takes NULL.  Returns NULL. */
struct tls_tickets *tls_tickets_free(struct tls_tickets *tickets);

/* For the other files of this folder */

/*
 * Let a connection give and take tickets as its `use` says.  A control
 * connection's session is kept for session IDs, too, and data connections find
 * it.  Returns 0, or a GnuTLS code below 0.
 */
int tls_tickets_enable(struct gnutls_session_int *session,
    struct tls_tickets *tickets, enum tls_use use);

/*
 * The handshake of the control connection is over: this session is the one
 * that tls_tickets_proves() asks for.
 */
void tls_tickets_own(
    struct tls_tickets *tickets, struct gnutls_session_int *session);

/*
 * True when the session, whose handshake is over, was resumed from the control
 * connection's.  Resumption with these tickets does not prove it: TLS 1.2 gives
 * a ticket to each client that asks for one, on data connections, too.
 */
bool tls_tickets_proves(
    const struct tls_tickets *tickets, struct gnutls_session_int *session);

#endif
