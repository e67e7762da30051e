/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Clients with TLS: those that come and go, those that move many bytes, and
 * those that are only there.  A connection counts from connect() until a byte
 * has been to the backend and back.
 */
#include <config.h>

#include "tests/bench/client.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* For all sessions that are held: what is full may never answer. */
#define PATIENCE_SECONDS 90
#define RECORD_SIZE      16384

/* Of one thread. */
struct client {
	const struct plan *plan;
	pthread_t thread;
	uint64_t resumed;
	double *seconds; /* of each connection */
	gnutls_datum_t ticket;
	gnutls_session_t session;
	int fd;
};

static void
say(struct client *c, const void *data, size_t len)
{
	if (gnutls_record_send(c->session, data, len) != (ssize_t)len)
		errx(1, "cannot send");
}

static size_t
hear(struct client *c, void *buf, size_t size)
{
	ssize_t n;

	do
		n = gnutls_record_recv(c->session, buf, size);
	while (n < 0 && gnutls_error_is_fatal((int)n) == 0);
	if (n <= 0)
		errx(1, "cannot receive: %s", gnutls_strerror((int)n));
	return (size_t)n;
}

static void
open_one(struct client *c)
{
	const struct sockaddr_in *address = &c->plan->address;
	char byte = REQUEST_ECHO;
	int r;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(c->fd, (const struct sockaddr *)address, sizeof *address) ==
	    -1)
		err(1, "connect");
	no_delay(c->fd);
	c->session = session_new(c->plan, GNUTLS_CLIENT, c->fd);
	if (c->ticket.size > 0)
		(void)gnutls_session_set_data(
		    c->session, c->ticket.data, c->ticket.size);
	r = handshake(c->session);
	if (r < 0)
		errx(1, "handshake: %s", gnutls_strerror(r));
	say(c, &byte, 1);
	(void)hear(c, &byte, 1);
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
come_and_go(void *arg)
{
	struct client *c = arg;

	for (uint64_t i = 0; i < c->plan->each; i++) {
		double begin = now();

		open_one(c);
		c->seconds[i] = now() - begin;
		c->resumed +=
		    gnutls_session_is_resumed(c->session) != 0 ? 1 : 0;
		if (c->plan->resumes)
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
	while (got < c->plan->each)
		got += hear(c, buf, sizeof buf);
	return NULL;
}

static void *
upload(void *arg)
{
	static const char record[RECORD_SIZE];
	struct client *c = arg;
	uint64_t left = c->plan->each;
	char byte = REQUEST_UP;

	say(c, &byte, 1);
	say(c, &left, sizeof left);
	while (left > 0) {
		size_t n = left < sizeof record ? left : sizeof record;

		say(c, record, n);
		left -= n;
	}
	(void)hear(c, &byte, 1);
	return NULL;
}

static void *
array(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (p == NULL)
		err(1, "no memory");
	return p;
}

static struct client *
clients_new(const struct plan *plan, size_t count)
{
	struct client *c = array(count, sizeof *c);

	for (size_t i = 0; i < count; i++)
		c[i].plan = plan;
	return c;
}

static void
clients_free(struct client *c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		gnutls_free(c[i].ticket.data);
	free(c);
}

/* Returns how many seconds all of them took. */
static double
clients_run(struct client *c, size_t count, void *(*function)(void *))
{
	double begin = now();

	for (size_t i = 0; i < count; i++)
		start(&c[i].thread, function, &c[i]);
	for (size_t i = 0; i < count; i++)
		(void)pthread_join(c[i].thread, NULL);
	return now() - begin;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

void
measure_new(const struct plan *plan, size_t parallel)
{
	struct client *c = clients_new(plan, parallel);
	size_t each = (size_t)plan->each, count = each * parallel;
	double *seconds = array(count, sizeof *seconds), took;
	uint64_t resumed = 0;

	for (size_t i = 0; i < parallel; i++)
		c[i].seconds = seconds + i * each;
	took = clients_run(c, parallel, come_and_go);
	for (size_t i = 0; i < parallel; i++)
		resumed += c[i].resumed;
	qsort(seconds, count, sizeof *seconds, by_size);
	printf("count=%zu seconds=%.6f resumed=%llu median=%.7f\n", count, took,
	    (unsigned long long)resumed, seconds[count / 2]);
	clients_free(c, parallel);
	free(seconds);
}

static void
measure_bytes(
    const struct plan *plan, size_t parallel, void *(*function)(void *))
{
	struct client *c = clients_new(plan, parallel);
	double took;

	for (size_t i = 0; i < parallel; i++)
		open_one(&c[i]);
	took = clients_run(c, parallel, function);
	for (size_t i = 0; i < parallel; i++)
		close_one(&c[i]);
	printf("bytes=%llu seconds=%.6f\n",
	    (unsigned long long)plan->each * parallel, took);
	clients_free(c, parallel);
}

void
measure_download(const struct plan *plan, size_t parallel)
{
	measure_bytes(plan, parallel, download);
}

void
measure_upload(const struct plan *plan, size_t parallel)
{
	measure_bytes(plan, parallel, upload);
}

/* Nothing keeps them but this process. */
static void *
open_all(void *arg)
{
	struct client *c = arg;

	for (uint64_t i = 0; i < c->plan->each; i++)
		open_one(c);
	return NULL;
}

_Noreturn void
hold(const struct plan *plan, size_t parallel)
{
	struct client *c = clients_new(plan, parallel);

	(void)alarm(PATIENCE_SECONDS);
	(void)clients_run(c, parallel, open_all);
	(void)alarm(0);
	printf("count=%zu\n", (size_t)plan->each * parallel);
	(void)fflush(stdout);
	(void)getchar();
	/* Without a word to each of them, as it may be many thousands. */
	exit(0);
}
