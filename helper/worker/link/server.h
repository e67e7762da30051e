/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The Server's side of a link: a session whose client is an Edge's.  It greets
 * the Edge, whose TLS stands, with a HELLO, and reads the header that says
 * whose session it is, stssl-link(7).  Until then nothing else is done for it.
 */
#ifndef HELPER_WORKER_LINK_SERVER_H
#define HELPER_WORKER_LINK_SERVER_H

#include <stdbool.h>

struct link_server;
struct message_advice;
struct session;

/* Make what the handshake needs.  0 or -ENOMEM. */
int link_server_prepare(struct session *s);

/* The handshake is over: who is it, and what is our policy? */
void link_server_greet(struct session *s);

/* The policy's digest has come, or will not come. */
void link_server_advice(struct session *s, const struct message_advice *advice);

/* Go on with the header; then with the proof, or with the backend. */
void link_server_step(struct session *s);

/* Hand the client's handshake, of the header, in.  0 or -errno. */
int link_server_prove(const struct session *s);

/*
 * The client has signed a handshake of this version: is it the one of which the
 * header speaks?  Ends the session if not, for there would be no record then,
 * and the Edge's clients could pass for clients of nobody.
 */
bool link_server_confirms(struct session *s, bool is_1_3);

/* The client's TLS, "TLS1.3"; NULL: in clear, or not known yet. */
const char *link_server_tls_version(const struct session *s);

/* The Edge's name; NULL: not known yet, or the session is not an Edge's. */
const char *link_server_edge_name(const struct session *s);

/* Where the Edge is, once its header is taken. */
const struct stssl_address *link_server_edge(const struct session *s);

/* Takes NULL.  Returns NULL. */
struct link_server *link_server_free(struct link_server *l);

#endif
