/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session of the Edge's, its client, and the Server that the test is, in one
 * process.  All fail the test when anything fails.
 */
#ifndef TESTS_LINK_EDGE_STAGE_H
#define TESTS_LINK_EDGE_STAGE_H

#include <stddef.h>

#include "helper/worker/link/header.h"
#include "tests/link-stage.h"
#include "tests/session-stage.h"

#define DIGEST                             \
	"00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff"
#define CLIENT     "198.51.100.7:40055"
#define THERE      99 /* the Server's session */
#define HEADER_MAX 8192

extern struct link_stage keys;

/* A session of the Edge's, its client, and the Server that the test is. */
struct edge_play {
	struct play play;
	struct backend_address to[2];
	size_t to_count;    /* the last one is where the Server is */
	bool is_everywhere; /* so are the others */
	struct helper_config config;
	struct tls_context *context;
	struct made alice;
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t client;
	bool is_narrow; /* the Server takes little at a time */
	int inlet;
	struct link link; /* the Server's end of the last one */
};

/* Let the session go on. */
void turn(struct edge_play *v);

/* The client is there, and the Server is dialled. */
void arrive(struct edge_play *v);

/* The Server ends the connection. */
void hang_up(struct edge_play *v);

/* The end of the play. */
void leave(struct edge_play *v);

/* True when a connection waits to be accepted. */
bool is_dialled(const struct edge_play *v);

/* The Server's side of the next link, TCP only; the last one is kept open. */
void pick_up(struct edge_play *v);

/* The handshake of the link; says how it ends. */
enum tls_result shake(struct edge_play *v);

/* Over the link. */
void say(struct edge_play *v, const void *bytes, size_t len);

/* With a nonce of 0x5a, and a digest of 0x77. */
void say_hello(struct edge_play *v);

/* Up to HELLO. */
void serve(struct edge_play *v);

/* What comes over the link; fails when nothing does. */
size_t hear(struct edge_play *v, void *buf, size_t size);

/* True when nothing comes, not even an end. */
bool hears_nothing(struct edge_play *v);

/* The header, which points into `bytes`; it comes alone. */
struct link_header hear_header(
    struct edge_play *v, uint8_t bytes[static HEADER_MAX]);

/* It is of this client, and answers that HELLO. */
void check_header(const struct link_header *h);

/* The client's TLS: begin, and go on with its handshake. */
void client_begin(
    struct edge_play *v, bool has_certificate, const char *priority);
enum io_result client_step(struct edge_play *v);

/* A command comes to the Server; its reply; and both, passed through. */
void hear_command(struct edge_play *v, const char *text);
void reply(struct edge_play *v, const char *text);
void pass_through(struct edge_play *v, const char *up, const char *down);

/* FTP of a client at 127.0.0.1, in clear, up to the greeting. */
void begin_edge(struct edge_play *v);

/* A reply goes down as it is, and a command up. */
void pass(struct edge_play *v, const char *down, const char *up);

/* Alice has more certificates behind hers than a small buffer takes. */
void grow_chain(struct edge_play *v);

#endif
