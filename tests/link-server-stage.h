/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session of the Server behind a link, and the Edge that the test is, in one
 * process.  All fail the test when anything fails.
 */
#ifndef TESTS_LINK_SERVER_STAGE_H
#define TESTS_LINK_SERVER_STAGE_H

#include <stddef.h>

#include "helper/worker/link/header.h"
#include "tests/link-stage.h"
#include "tests/session-stage.h"

#define DIGEST                             \
	"00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff"
#define CLIENT "198.51.100.7:40055"
#define RECORD                                   \
	"SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=AES\0" \
	"SSL_SESSION_RESUMED=Initial\0SSL_TLS_SNI=ftp.example.org"
#define PROOF "a handshake"

extern struct link_stage keys;

/* A session of the Server's, and the Edge that the test is. */
struct server_play {
	struct play play;
	struct tls *edge;
	struct link_hello hello;
};

/* Let the session go on. */
void turn(struct server_play *v);

/* True when it has connected to the backend. */
bool asks_backend(const struct server_play *v);

/* TCP stands. */
void arrive(struct server_play *v);

/* The handshake of the link; says how it ends. */
enum tls_result shake(struct server_play *v);

/* Up to HELLO. */
void get_hello(struct server_play *v);

/* The end of the play. */
void leave(struct server_play *v);

/* Over the link. */
void say(struct server_play *v, const void *bytes, size_t len);

/* What comes over the link. */
void hear(struct server_play *v, const char *text);

/* The header of a client with TLS, and a certificate. */
struct link_header header_for(const struct server_play *v);

/* The caller frees it. */
uint8_t *write_header(const struct link_header *h, size_t *ret_len);

/* Send it. */
void introduce(struct server_play *v, const struct link_header *h);

/* What was published for a key, or "(none)". */
const char *recorded(const struct server_play *v, enum stssl_key key);

#endif
