/* SPDX-License-Identifier: BSD-2-Clause
 *
 * login DIRECTORY SERVICE USER COUNT PORT
 *
 * A backend at PORT: its first client has one byte echoed, and is descriptor 0
 * then, as in daemons; times of pam_authenticate() through a real stack, and of
 * all from pam_start() to pam_end(): the medians of COUNT.
 */
#include <config.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The password of everybody here. */
static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	struct pam_response *r = calloc((size_t)count, sizeof *r);

	(void)messages;
	(void)data;
	for (int i = 0; r != NULL && i < count; i++)
		r[i].resp = strdup("password");
	*ret = r;
	return r == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static void
become_daemon(uint16_t port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int door = socket(AF_INET, SOCK_STREAM, 0), on = 1, fd;
	char byte;

	(void)setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(door, (struct sockaddr *)&sa, sizeof sa) == -1 ||
	    listen(door, 1) == -1)
		err(1, "listen");
	fd = accept(door, NULL, NULL);
	if (fd == -1 || recv(fd, &byte, 1, 0) != 1 ||
	    send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || dup2(fd, 0) == -1)
		err(1, "client");
	(void)close(fd);
	(void)close(door);
}

/* What it takes in all, and pam_authenticate() of that. */
static void
log_in(char **argv, double *ret_all, double *ret_authenticate)
{
	const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh;
	double begin = now(), started, done;
	int r = pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pamh);

	if (r != PAM_SUCCESS)
		errx(1, "pam_start: %d", r);
	started = now();
	r = pam_authenticate(pamh, 0);
	done = now();
	if (r != PAM_SUCCESS)
		errx(1, "pam_authenticate: %s", pam_strerror(pamh, r));
	(void)pam_end(pamh, r);
	*ret_all = now() - begin;
	*ret_authenticate = done - started;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *seconds, size_t count)
{
	qsort(seconds, count, sizeof *seconds, by_size);
	return seconds[count / 2];
}

int
main(int argc, char **argv)
{
	size_t count = argc == 6 ? strtoul(argv[4], NULL, 10) : 0;
	double *all = calloc(count + 1, sizeof *all);
	double *authenticate = calloc(count + 1, sizeof *authenticate);

	if (count == 0 || all == NULL || authenticate == NULL)
		errx(2, "called wrongly");
	become_daemon((uint16_t)strtoul(argv[5], NULL, 10));
	for (size_t i = 0; i < count; i++)
		log_in(argv, &all[i], &authenticate[i]);
	printf("all=%.7f authenticate=%.7f\n", median(all, count),
	    median(authenticate, count));
	free(all);
	free(authenticate);
	return 0;
}
