/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plain backend that all TLS fronts have behind them, and the server that
 * does a bare handshake, which is the unit of comparison.  They trust
 * everybody.
 */
#include <config.h>

#include "tests/bench/server.h"

#include <err.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096
/*
 * Of the backend: several processes, as each has descriptors for so many
 * connections only; and threads for what is being relayed, not for those that
 * are only there.
 */
#define PROCESSES 4
#define THREADS   32

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

/* False when the client has gone. */
static bool
attend(int fd)
{
	char buf[CHUNK], request = 0;

	if (recv(fd, &request, 1, 0) != 1)
		return false;
	if (request == REQUEST_ECHO)
		(void)send(fd, &request, 1, MSG_NOSIGNAL);
	if (request == REQUEST_UP)
		take_upload(fd, buf);
	if (request == REQUEST_DOWN)
		give_download(fd);
	return true;
}

/* One thread at a time looks after a connection: after each request again. */
static void
watch(int epoll, int operation, int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT,
		.data.fd = fd };

	if (epoll_ctl(epoll, operation, fd, &event) == -1)
		err(1, "epoll");
}

static void *
attend_all(void *arg)
{
	int epoll = (int)(intptr_t)arg;
	struct epoll_event event;

	for (;;) {
		if (epoll_wait(epoll, &event, 1, -1) != 1)
			continue;
		if (attend(event.data.fd))
			watch(epoll, EPOLL_CTL_MOD, event.data.fd);
		else
			(void)close(event.data.fd);
	}
	return NULL;
}

_Noreturn void
serve_backend(const struct plan *plan)
{
	int door = listening(plan), epoll;
	pthread_t thread;

	for (int i = 1; i < PROCESSES; i++)
		if (fork() == 0) {
			/* They go with the first of them. */
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			break;
		}
	epoll = epoll_create1(0);
	if (epoll == -1)
		err(1, "epoll");
	for (int i = 0; i < THREADS; i++)
		start(&thread, attend_all, (void *)(intptr_t)epoll);
	for (;;)
		watch(epoll, EPOLL_CTL_ADD, accepted(door));
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
