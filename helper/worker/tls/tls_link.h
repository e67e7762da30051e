/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Links between Edge and Server, stssl-link(7): TLS 1.3 only, with a protocol
 * name (ALPN) of their own, and a certificate on both sides.  Names and CAs do
 * not count: a peer is the key that its certificate has, which is pinned in the
 * configuration.
 *
 * All of them are brought up by tls_handshake(), and are read, written and
 * ended as any other.  Then tls_link_peer() says whether there is a peer.
 */
#ifndef HELPER_WORKER_TLS_TLS_LINK_H
#define HELPER_WORKER_TLS_TLS_LINK_H

#include <stdint.h>

struct key_answer;
struct key_request;
struct link_pin;
struct tls;
struct tls_context;
struct tls_tickets;

/*
 * The Server's side of a session's connection.  `tickets`, which must outlive
 * it, are the session's own: each tls_send_ticket() is good for one data
 * connection.  `fd` as for tls_new().  NULL when out of memory, or when the
 * configuration has no link.
 */
struct tls *tls_link_accept(
    struct tls_context *context, struct tls_tickets *tickets, int fd);

/*
 * The Server's side of a data connection of the session that has `tickets`.
 * The handshake fails when it does not resume that session.
 */
struct tls *tls_link_accept_data(
    struct tls_context *context, struct tls_tickets *tickets, int fd);

/* The Edge's side of a session's connection. */
struct tls *tls_link_connect(struct tls_context *context, int fd);

/*
 * The Edge's side of a data connection.  It uses up the newest ticket that has
 * been read from `control`, which is the session's.  NULL also when there is
 * none; the handshake fails when the Server does not resume the session.
 */
struct tls *tls_link_connect_data(
    struct tls_context *context, struct tls *control, int fd);

/*
 * After the handshake: the pin of the peer, the configuration's (on data
 * connections, too); NULL when it is nobody that we know, and the caller ends
 * the connection.  tls_handshake() has then failed already.
 */
const struct link_pin *tls_link_peer(const struct tls *tls);

/*
 * Before the handshake of an Edge's client: where the certificate's key is the
 * Server's, `link`, which must be there until the handshake is over, brings the
 * signature.  NULL: nobody signs with such a key any more.
 */
void tls_sign_over(struct tls *tls, struct tls *link);

/*
 * On the Server: sign with the key of a certificate that Edges show, `name`,
 * what the request says; its key's number is set here.  NULL and *ret, whose
 * `len` is 0 when the keyholder does not sign; or what is wrong with the
 * request, and the keyholder is not asked.
 */
const char *tls_link_sign(struct tls_context *context, const uint8_t *name,
    struct key_request *request, struct key_answer *ret);

#endif
