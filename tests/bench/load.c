/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ends of what is measured: clients with TLS, a plain backend, and a server
 * that does a bare GnuTLS handshake and no more, as the unit of comparison.  It
 * trusts everybody: it is for loopback, and for tests/bench/run only.
 *
 *   load backend PORT
 *   load bare PORT CERTIFICATE KEY none|request
 *   load new PORT COUNT PARALLEL full|resumed [CERTIFICATE KEY]
 *   load idle PORT COUNT 1 full [CERTIFICATE KEY]
 *   load down|up PORT BYTES PARALLEL
 */
#include <config.h>

#include <arpa/inet.h>
#include <err.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4096
/* For all sessions that are held: what is full may never answer. */
#define PATIENCE_SECONDS 90
#define CHUNK            65536
#define STACK_SIZE       (128 * 1024)
/* One group and one cipher, so that all servers do the same work. */
#define PRIORITY                                                  \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM:" \
	"-GROUP-ALL:+GROUP-X25519"

/* What the first byte of a connection asks the backend for. */
enum request {
	REQUEST_ECHO = 'e',
	REQUEST_DOWN = 'd', /* until the client closes */
	REQUEST_UP = 'u'    /* eight bytes, the size, and a byte at its end */
};

static gnutls_certificate_credentials_t credentials;
static gnutls_priority_t priority;
static struct sockaddr_in address;
static bool resumes;
static uint64_t each; /* connections or bytes of one thread */
static char chunk[CHUNK];

/* Of one thread of clients. */
struct client {
	pthread_t thread;
	uint64_t resumed;
	double *seconds; /* of each connection */
	gnutls_datum_t ticket;
	gnutls_session_t session;
	int fd;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
no_delay(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int
listening(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1 ||
	    listen(fd, BACKLOG) == -1)
		err(1, "listen");
	return fd;
}

static void
start(pthread_t *thread, void *(*function)(void *), void *arg)
{
	pthread_attr_t attr;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	if (pthread_create(thread, &attr, function, arg) != 0)
		errx(1, "no thread");
	(void)pthread_attr_destroy(&attr);
}

/* The backend */

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

static void *
attend(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[CHUNK], request = 0;

	no_delay(fd);
	while (recv(fd, &request, 1, 0) == 1) {
		if (request == REQUEST_ECHO)
			(void)send(fd, &request, 1, MSG_NOSIGNAL);
		if (request == REQUEST_UP)
			take_upload(fd, buf);
		while (request == REQUEST_DOWN)
			if (send(fd, chunk, sizeof chunk, MSG_NOSIGNAL) <= 0)
				request = 0;
	}
	(void)close(fd);
	return NULL;
}

static void
backend(void)
{
	int door = listening();

	for (;;) {
		int fd = accept(door, NULL, NULL);
		pthread_t thread;

		if (fd == -1)
			err(1, "accept");
		start(&thread, attend, (void *)(intptr_t)fd);
		(void)pthread_detach(thread);
	}
}

/* TLS */

static gnutls_session_t
session_new(unsigned flags, int fd)
{
	gnutls_session_t session;

	if (gnutls_init(&session, flags | GNUTLS_NO_SIGNAL) < 0 ||
	    gnutls_priority_set(session, priority) < 0 ||
	    gnutls_credentials_set(
		session, GNUTLS_CRD_CERTIFICATE, credentials) < 0)
		errx(1, "no TLS session");
	gnutls_transport_set_int(session, fd);
	return session;
}

static int
handshake(gnutls_session_t session)
{
	int r;

	do
		r = gnutls_handshake(session);
	while (r < 0 && gnutls_error_is_fatal(r) == 0);
	return r;
}

/* The unit: what GnuTLS takes, one connection at a time. */
static void
bare(bool request)
{
	gnutls_datum_t key;
	int door = listening();

	if (gnutls_session_ticket_key_generate(&key) < 0)
		errx(1, "no key for tickets");
	for (;;) {
		int fd = accept(door, NULL, NULL);
		gnutls_session_t session = session_new(GNUTLS_SERVER, fd);
		char byte;

		no_delay(fd);
		(void)gnutls_session_ticket_enable_server(session, &key);
		if (request)
			gnutls_certificate_server_set_request(
			    session, GNUTLS_CERT_REQUEST);
		if (handshake(session) == 0 &&
		    gnutls_record_recv(session, &byte, 1) == 1)
			(void)gnutls_record_send(session, &byte, 1);
		(void)gnutls_bye(session, GNUTLS_SHUT_WR);
		gnutls_deinit(session);
		(void)close(fd);
	}
}

static void
say(struct client *c, const void *data, size_t len)
{
	if (gnutls_record_send(c->session, data, len) != (ssize_t)len)
		errx(1, "cannot send");
}

static void
hear(struct client *c, void *buf, size_t size)
{
	ssize_t n;

	do
		n = gnutls_record_recv(c->session, buf, size);
	while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
	if (n <= 0)
		errx(1, "cannot receive: %s", gnutls_strerror((int)n));
}

/* A connection, up to the first byte that came back from the backend. */
static void
open_one(struct client *c)
{
	char byte = REQUEST_ECHO;
	int r;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(c->fd, (struct sockaddr *)&address, sizeof address) == -1)
		err(1, "connect");
	no_delay(c->fd);
	c->session = session_new(GNUTLS_CLIENT, c->fd);
	if (c->ticket.size > 0)
		(void)gnutls_session_set_data(
		    c->session, c->ticket.data, c->ticket.size);
	r = handshake(c->session);
	if (r < 0)
		errx(1, "handshake: %s", gnutls_strerror(r));
	say(c, &byte, 1);
	hear(c, &byte, 1);
}

static void
close_one(struct client *c)
{
	(void)gnutls_bye(c->session, GNUTLS_SHUT_WR);
	gnutls_deinit(c->session);
	(void)close(c->fd);
}

static void
keep_ticket(struct client *c)
{
	gnutls_free(c->ticket.data);
	c->ticket.size = 0;
	(void)gnutls_session_get_data2(c->session, &c->ticket);
}

static void *
new_connections(void *arg)
{
	struct client *c = arg;

	for (uint64_t i = 0; i < each; i++) {
		double begin = now();

		open_one(c);
		c->seconds[i] = now() - begin;
		c->resumed +=
		    gnutls_session_is_resumed(c->session) != 0 ? 1 : 0;
		if (resumes)
			keep_ticket(c);
		close_one(c);
	}
	return NULL;
}

static void *
download(void *arg)
{
	struct client *c = arg;
	char byte = REQUEST_DOWN, buf[CHUNK];
	uint64_t got = 0;

	say(c, &byte, 1);
	while (got < each) {
		ssize_t n = gnutls_record_recv(c->session, buf, sizeof buf);

		if (n < 0 && gnutls_error_is_fatal((int)n) != 0)
			errx(1, "download: %s", gnutls_strerror((int)n));
		got += n > 0 ? (uint64_t)n : 0;
	}
	return NULL;
}

static void *
upload(void *arg)
{
	struct client *c = arg;
	char byte = REQUEST_UP;

	say(c, &byte, 1);
	say(c, &each, sizeof each);
	for (uint64_t left = each; left > 0;) {
		size_t n = left < 16384 ? left : 16384;

		say(c, chunk, n);
		left -= n;
	}
	hear(c, &byte, 1);
	return NULL;
}

/* What is measured */

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static struct client *
clients_run(size_t count, void *(*function)(void *), double *ret_seconds)
{
	struct client *c = calloc(count, sizeof *c);
	bool is_new = function == new_connections;
	double *seconds = calloc(is_new ? count * each : 1, sizeof *seconds);
	double begin;

	for (size_t i = 0; i < count && !is_new; i++)
		open_one(&c[i]);
	begin = now();
	for (size_t i = 0; i < count; i++) {
		c[i].seconds = is_new ? seconds + i * each : NULL;
		start(&c[i].thread, function, &c[i]);
	}
	for (size_t i = 0; i < count; i++)
		(void)pthread_join(c[i].thread, NULL);
	*ret_seconds = now() - begin;
	for (size_t i = 0; i < count && !is_new; i++)
		close_one(&c[i]);
	return c;
}

static void
measure_new(size_t parallel)
{
	double took;
	uint64_t resumed = 0;
	size_t count = (size_t)each * parallel;
	const struct client *c = clients_run(parallel, new_connections, &took);

	for (size_t i = 0; i < parallel; i++)
		resumed += c[i].resumed;
	qsort(c[0].seconds, count, sizeof(double), by_size);
	printf("count=%zu seconds=%.6f resumed=%llu median=%.7f\n", count, took,
	    (unsigned long long)resumed, c[0].seconds[count / 2]);
}

/* Holds them until standard input ends. */
static void
idle(size_t count)
{
	struct client *c = calloc(count, sizeof *c);

	(void)alarm(PATIENCE_SECONDS);
	for (size_t i = 0; i < count; i++)
		open_one(&c[i]);
	(void)alarm(0);
	printf("count=%zu\n", count);
	(void)fflush(stdout);
	(void)getchar();
	exit(0);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	size_t parallel = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	double took = 0;

	(void)signal(SIGPIPE, SIG_IGN);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port =
	    htons(argc > 2 ? (uint16_t)strtoul(argv[2], NULL, 10) : 0);
	each = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	if (gnutls_certificate_allocate_credentials(&credentials) < 0 ||
	    gnutls_priority_init(&priority, PRIORITY, NULL) < 0)
		errx(1, "no GnuTLS");
	if (strcmp(what, "backend") == 0)
		backend();
	if ((strcmp(what, "bare") == 0 && argc > 5 &&
		gnutls_certificate_set_x509_key_file(
		    credentials, argv[3], argv[4], GNUTLS_X509_FMT_PEM) < 0) ||
	    (strcmp(what, "bare") != 0 && argc > 7 &&
		gnutls_certificate_set_x509_key_file(
		    credentials, argv[6], argv[7], GNUTLS_X509_FMT_PEM) < 0))
		errx(1, "cannot read the certificate");
	if (strcmp(what, "bare") == 0 && argc > 5)
		bare(strcmp(argv[5], "request") == 0);
	if (strcmp(what, "idle") == 0)
		idle((size_t)each);
	if (parallel == 0)
		errx(2, "called wrongly");
	resumes = argc > 5 && strcmp(argv[5], "resumed") == 0;
	each /= parallel;
	if (strcmp(what, "new") == 0) {
		measure_new(parallel);
		return 0;
	}
	free(clients_run(
	    parallel, strcmp(what, "up") == 0 ? upload : download, &took));
	printf("bytes=%llu seconds=%.6f\n", (unsigned long long)each * parallel,
	    took);
	return 0;
}
