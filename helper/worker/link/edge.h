/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The Edge's side of a link: a session whose backend is a Server.  It dials
 * before the client's TLS handshake, for the Server's nonce is in that, and
 * tells the Server afterwards who the client is, stssl-link(7).  From then on
 * the Server is a backend like any other.
 */
#ifndef HELPER_WORKER_LINK_EDGE_H
#define HELPER_WORKER_LINK_EDGE_H

#include <stdbool.h>
#include <stdint.h>

struct link_edge;
struct message_advice;
struct session;

/* Dial, in place of an earlier link.  Goes on by itself when there is one. */
void link_edge_dial(struct session *s);

/* Go on dialling. */
void link_edge_step_dial(struct session *s);

/* The time for an address is over: dial the next.  False when there is none. */
bool link_edge_dial_next(struct session *s);

/* The digest of our policy has come, or will not come. */
void link_edge_advice(struct session *s, const struct message_advice *advice);

/*
 * Keep the handshake of the client, which is over, for the Server; before it
 * is handed in here.  0 or -ENOMEM.
 */
int link_edge_keep_proof(struct session *s);

/* Tell the Server who the client is; then open the protocol. */
void link_edge_tell(struct session *s);

/* Go on telling. */
void link_edge_step_tell(struct session *s);

/* The Server's number of the session, once there is a link. */
uint64_t link_edge_server_session(const struct session *s);

/* Takes NULL.  Returns NULL. */
struct link_edge *link_edge_free(struct link_edge *l);

#endif
