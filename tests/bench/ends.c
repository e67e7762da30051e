/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What clients and servers of tests/bench/load do alike: time, sockets, threads
 * and the beginning of TLS.
 */
#include <config.h>

#include "tests/bench/load.h"

#include <err.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#define STACK_SIZE (128 * 1024)

double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void
no_delay(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void
start(pthread_t *ret_thread, void *(*function)(void *), void *arg)
{
	pthread_attr_t attr;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	if (pthread_create(ret_thread, &attr, function, arg) != 0)
		errx(1, "no thread");
	(void)pthread_attr_destroy(&attr);
}

gnutls_session_t
session_new(const struct plan *plan, unsigned flags, int fd)
{
	gnutls_session_t session;

	if (gnutls_init(&session, flags | GNUTLS_NO_SIGNAL) < 0 ||
	    gnutls_priority_set(session, plan->priority) < 0 ||
	    gnutls_credentials_set(
		session, GNUTLS_CRD_CERTIFICATE, plan->credentials) < 0)
		errx(1, "no TLS session");
	gnutls_transport_set_int(session, fd);
	return session;
}

int
handshake(gnutls_session_t session)
{
	int r;

	do
		r = gnutls_handshake(session);
	while (r < 0 && gnutls_error_is_fatal(r) == 0);
	return r;
}
