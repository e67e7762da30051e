/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two sides of a link with keys of their own, for tests: contexts with a
 * keyholder each, and connections between them.
 */
#ifndef TESTS_LINK_STAGE_H
#define TESTS_LINK_STAGE_H

#include <ev.h>
#include <stdbool.h>

#include "helper/worker/tls/tls_link.h"
#include "helper/worker/tls/tls_trust.h"
#include "tests/tls-stage.h"

/* Edits that make keys of each kind. */
#define LINK_KEYS 5
extern const making_edit link_keys[LINK_KEYS];

/* One machine. */
struct link_side {
	struct made own; /* its certificate for links */
	struct link_pin pin;
	char certificate[256], key[256];
	struct helper_config config;
	struct tls_context *context;
};

/* Both, and whom they trust: each other. */
struct link_stage {
	struct files files;
	struct made ca, stranger;
	struct link_side edge, server;
	struct tls_tickets *tickets; /* of the Server's session */
};

/* With keys as these edits make them; NULL: P-256. */
void link_stage_set(
    struct link_stage *s, making_edit edge_key, making_edit server_key);
void link_stage_clear(struct link_stage *s);

/* The pin of a certificate's key. */
struct link_pin link_pin_of(const struct made *made, const char *name);

/* Both ends of a connection; tls NULL where a test has an end of its own. */
struct link {
	struct tls *edge, *server;
	int edge_fd, server_fd;
};

/* Connected, without TLS; and both ends of a session's connection. */
void link_pair(struct link *l);
void link_begin(struct link *l, struct link_stage *s);
void link_end(struct link *l);

/* Go on until neither waits for the other any more. */
void link_shake(
    struct link *l, enum tls_result *ret_edge, enum tls_result *ret_server);

/* The handshake of both succeeds, and each knows the other. */
void link_meet(struct link *l);

/* A ticket comes to the Edge, with a byte. */
void link_send_ticket(struct link *l);

/* So many bytes, to be freed; and they go from one to the other. */
#define LINK_BYTES 1048576
unsigned char *link_bytes(void);
void link_carry(
    struct tls *from, struct tls *to, const unsigned char *bytes, size_t len);

/*
 * One ends properly, and the other sees that; the other way it is cut, and that
 * is a failure.
 */
void link_check_ends(struct tls *from, int from_fd, struct tls *to);

/* Let the loop's sessions go on until there is something to read. */
void link_await(struct ev_loop *loop, int fd);

/* What comes from one of them by TLS: all of it, or an end. */
enum tls_result link_read_all(
    struct ev_loop *loop, struct tls *tls, int fd, const char *text);

/* A handshake that has failed, or fails as soon as the peer is heard. */
void link_fails(struct tls *tls, enum tls_result res);

#endif
