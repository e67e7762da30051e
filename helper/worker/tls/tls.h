/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper/worker/tls/ is TLS 1.2 and 1.3 as a server, over GnuTLS: connections,
 * and what they share.  GnuTLS's codes stop here: callers get an enum and, for
 * failures, one text.  Keys are the keyholder's (keyremote.h).
 *
 *   tls_context.h    loads certificates, CAs, lists and priorities
 *   tls_handshake.h  brings a connection up
 *   tls.c            its records and its end
 *   tls_fault.h      what has gone wrong with it
 *   tls_tickets.h    resumption
 *   tls_names.h      which certificate is for which host
 *   tls_groups.h     which group keys are exchanged in
 *   peer.h           what is known of the client
 *   tls_link.h       links between Edge and Server, as a client, too
 *   tls_trust.h      whom they may be with
 *   tls_proof.h      what the verifier needs of a handshake
 *   prover.h         the verifier, from here
 *   tls_kernel.h     what the kernel gets to go on with a connection
 *   ktls.h           records made by the kernel
 *   ktls_receive.h   records opened by the kernel
 *   keyupdate.h      keys, when the client changes them under it
 */
#ifndef HELPER_WORKER_TLS_TLS_H
#define HELPER_WORKER_TLS_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/worker/tls/peer.h"
#include "helper/worker/tls/tls_context.h"
#include "helper/worker/tls/tls_fault.h"
#include "helper/worker/tls/tls_handshake.h"
#include "helper/worker/tls/tls_kernel.h"
#include "helper/worker/tls/tls_proof.h"
#include "helper/worker/tls/tls_tickets.h"
#include "helper/worker/tls/tls_types.h"
#include "setup/config.h"

/* One connection. */
struct tls;

/*
 * Prepare a connection on socket `fd`, which is not blocking and stays the
 * caller's.  `tickets` must outlive the connection.  Returns NULL when out of
 * memory.
 */
struct tls *tls_new(struct tls_context *context, enum tls_use use,
    enum client_certificate client_certificate, struct tls_tickets *tickets,
    int fd);

/* Takes NULL.  Returns NULL.  Sends nothing: see tls_bye(). */
struct tls *tls_free(struct tls *tls);

/*
 * Read up to `size` bytes.  TLS_DONE and *ret_n > 0, or another result and
 * *ret_n untouched.  The end of the socket without close_notify is TLS_FAILED;
 * a record that is wrong, too, and an alert is sent.
 */
enum tls_result tls_read(
    struct tls *tls, void *buf, size_t size, size_t *ret_n);

/*
 * True when there are bytes for tls_read() that no readiness of the socket
 * tells: plaintext, or records that were received but not opened.
 */
bool tls_pending(const struct tls *tls);

/*
 * True when the last call has left nothing to read, here or in the socket:
 * another one is for nothing before the socket is readable.
 */
bool tls_is_dry(const struct tls *tls);

/*
 * Write from `buf`.  TLS_DONE and how many bytes are gone in *ret_n; on
 * TLS_WANT_* the call must be repeated with the same bytes in front.
 */
enum tls_result tls_write(
    struct tls *tls, const void *buf, size_t len, size_t *ret_n);

/* Send close_notify; reading stays possible. */
enum tls_result tls_bye(struct tls *tls);

/*
 * Send one session ticket; what does not fit into the socket goes out before
 * what is written next.  Does nothing below TLS 1.3, and on data connections.
 */
enum tls_result tls_send_ticket(struct tls *tls);

/*
 * True when this data connection's session was resumed from the session of the
 * control connection with the same tickets, which nobody but its client can do.
 */
bool tls_resumes_control(const struct tls *tls);

#endif
