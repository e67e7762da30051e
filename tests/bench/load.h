/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the ends of a measured connection share: the plan that they all follow,
 * and what servers and clients do alike.  Nothing here returns a failure: what
 * goes wrong ends the program with a message.
 */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define CHUNK 65536

/* What the first byte of a connection asks the backend for. */
enum request {
	REQUEST_ECHO = 'e',
	REQUEST_DOWN = 'd', /* until the client closes */
	REQUEST_UP = 'u'    /* eight bytes, the size, and a byte at its end */
};

/* What all connections have in common. */
struct plan {
	struct sockaddr_in address;
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
	bool resumes;
	uint64_t each; /* connections or bytes of one thread */
};

/* The time, in seconds, of a clock that does not jump. */
double now(void);

/* Small messages on the socket `fd` do not wait for each other. */
void no_delay(int fd);

/* Run `function` in a thread with a small stack. */
void start(pthread_t *ret_thread, void *(*function)(void *), void *arg);

/* A TLS session over `fd`, `flags` of gnutls_init(), for the caller to free. */
gnutls_session_t session_new(const struct plan *plan, unsigned flags, int fd);

/* Returns 0, or the GnuTLS code of what was fatal. */
int handshake(gnutls_session_t session);

#endif
