/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session that is fuzzed, between a client and a backend that the input
 * plays; and its worker: all is well, and nobody is told.
 */
#ifndef TESTS_FUZZ_HOST_H
#define TESTS_FUZZ_HOST_H

#include "helper/worker/session.h"
#include "helper/worker/tls/tls_inside.h"
#include "status/address.h"

enum fuzz_end {
	FUZZ_CLIENT,
	FUZZ_BACKEND,
	FUZZ_ENDS
};

struct fuzz_session {
	struct session_host host; /* first: the host is this */
	struct helper_config config;
	struct listen_config listen; /* filled in before it begins */
	struct tls_context tls;
	struct session *session; /* NULL when it is over */
	int fd[FUZZ_ENDS];       /* -1: closed */
	int listener;
	uint32_t verdict; /* of the advisor, who knows alice */
};

/* A socket that listens on loopback, and where. */
int listen_somewhere(struct stssl_address *ret);

/* The session is there, and its backend connected. */
void fuzz_begin(struct fuzz_session *f);

/* Nothing of it is left. */
void fuzz_finish(struct fuzz_session *f);

/* Some turns of its loop. */
void fuzz_turn(const struct fuzz_session *f);

/*
 * Do what a line of the input says, of what the inputs have in common:
 *
 *	c TEXT  the client says TEXT        b TEXT  the backend says TEXT
 *	C       the client closes           B       the backend closes
 *	0 1 2   the advisor will refuse, let ask for the password, accept
 *
 * False when it is something else.
 */
bool fuzz_act(struct fuzz_session *f, char what, const char *text, size_t len);

/* Say so many bytes, and `end`, on a socket, which may be -1. */
void fuzz_say(int fd, const char *text, size_t len, const char *end);

/* Close a socket, if it is open. */
void fuzz_hang_up(int *fd);

#endif
