/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plain backend that all TLS fronts have behind them, and the server that
 * does a bare handshake, which is the unit of comparison.  They trust
 * everybody.
 */
#include <config.h>

#include "tests/bench/server.h"

#include <err.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096

static int
listening(const struct plan *plan)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)&plan->address,
		sizeof plan->address) == -1 ||
	    listen(fd, BACKLOG) == -1)
		err(1, "listen");
	return fd;
}

static int
accepted(int door)
{
	int fd = accept(door, NULL, NULL);

	if (fd == -1)
		err(1, "accept");
	no_delay(fd);
	return fd;
}

static void
take_upload(int fd, char *buf)
{
	uint64_t left = 0;
	ssize_t n = recv(fd, &left, sizeof left, MSG_WAITALL);

	while (n > 0 && left > 0) {
		n = recv(fd, buf, CHUNK, 0);
		left -= n > 0 ? (uint64_t)n : 0;
	}
	if (left == 0)
		(void)send(fd, "u", 1, MSG_NOSIGNAL);
}

static void
give_download(int fd)
{
	static const char chunk[CHUNK];

	while (send(fd, chunk, sizeof chunk, MSG_NOSIGNAL) > 0)
		continue;
}

static void *
attend(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[CHUNK], request = 0;

	while (recv(fd, &request, 1, 0) == 1) {
		if (request == REQUEST_ECHO)
			(void)send(fd, &request, 1, MSG_NOSIGNAL);
		if (request == REQUEST_UP)
			take_upload(fd, buf);
		if (request == REQUEST_DOWN)
			give_download(fd);
	}
	(void)close(fd);
	return NULL;
}

_Noreturn void
serve_backend(const struct plan *plan)
{
	int door = listening(plan);

	for (;;) {
		int fd = accepted(door);
		pthread_t thread;

		start(&thread, attend, (void *)(intptr_t)fd);
		(void)pthread_detach(thread);
	}
}

static void
greet(gnutls_session_t session)
{
	char byte;

	if (handshake(session) == 0 &&
	    gnutls_record_recv(session, &byte, 1) == 1)
		(void)gnutls_record_send(session, &byte, 1);
	(void)gnutls_bye(session, GNUTLS_SHUT_WR);
}

_Noreturn void
serve_bare(const struct plan *plan, bool request)
{
	gnutls_datum_t key;
	int door = listening(plan);

	if (gnutls_session_ticket_key_generate(&key) < 0)
		errx(1, "no key for tickets");
	for (;;) {
		int fd = accepted(door);
		gnutls_session_t session = session_new(plan, GNUTLS_SERVER, fd);

		(void)gnutls_session_ticket_enable_server(session, &key);
		if (request)
			gnutls_certificate_server_set_request(
			    session, GNUTLS_CERT_REQUEST);
		greet(session);
		gnutls_deinit(session);
		(void)close(fd);
	}
}
