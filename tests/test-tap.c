/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who is connected, or begins to connect, from addresses of sessions' own.
 */
#include <config.h>
#include "tests/test.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/monitor/registry/survey.h"
#include "helper/monitor/registry/tap.h"
#include "status/address.h"

static struct sockaddr_in
address_of(const char *ip, unsigned short port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	ck_assert_int_eq(inet_pton(AF_INET, ip, &in.sin_addr), 1);
	return in;
}

static int
listen_on(int family, unsigned short *ret_port)
{
	struct sockaddr_storage sa = { .ss_family = (sa_family_t)family };
	struct stssl_address a;
	socklen_t len = sizeof sa;
	int fd = socket(family, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa,
			     family == AF_INET ? sizeof(struct sockaddr_in)
					       : sizeof(struct sockaddr_in6)),
	    0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	ck_assert_int_eq(stssl_address_from(&sa, &a), 0);
	*ret_port = a.port;
	return fd;
}

static void
reset(int fd)
{
	const struct linger linger = { 1, 0 };

	ck_assert_int_eq(
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
	(void)close(fd);
}

static int
connect_from(const char *ip, unsigned short port)
{
	struct sockaddr_in from = address_of(ip, 0),
			   to = address_of("127.0.0.1", port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

/* Nothing of an earlier row is in the way. */
static const char *const present[] = { "127.77.3.200", "127.77.3.201" };
static const char *looked_for;

static void
count(void *owner, const struct stssl_address *address)
{
	struct stssl_address wanted;

	ck_assert(stssl_address_is_source(address));
	ck_assert_int_eq(stssl_ip_parse(looked_for, &wanted), 0);
	if (stssl_address_same_ip(address, &wanted))
		(*(unsigned *)owner)++;
}

static const int families[] = { AF_INET, AF_INET6 };

START_TEST(who_is_connected_already_is_found)
{
	unsigned short port;
	unsigned found = 0;
	int listener = listen_on(families[_i], &port),
	    client = connect_from(present[_i], port),
	    other = connect_from("127.0.0.1", port), backend;

	looked_for = present[_i];
	backend = accept(listener, NULL, NULL);
	ck_assert_int_ge(backend, 0);
	ck_assert_int_eq(survey_connections(count, &found), 0);
	ck_assert_uint_eq(found, 2);
	/* Nothing of it stays. */
	reset(client);
	(void)close(backend);
	(void)close(other);
	(void)close(listener);
}
END_TEST

/* A loopback interface of one's own; false without the right to that. */
static bool
is_alone(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET) == -1)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
	(void)close(fd);
	return true;
}

/* The next from that address. */
static bool
is_seen(struct tap *tap, const char *ip, struct stssl_connection *ret)
{
	struct stssl_address wanted;
	int r;

	ck_assert_int_eq(stssl_ip_parse(ip, &wanted), 0);
	while ((r = tap_next(tap, ret)) != 0)
		if (r == 1 && stssl_address_same_ip(&ret->local, &wanted))
			return true;
	return false;
}

/* As usual; with as many options as fit, which do nothing. */
static void
lengthen(int fd, int row)
{
	unsigned char nops[40];

	memset(nops, 1, sizeof nops);
	if (row > 0)
		ck_assert_int_eq(
		    setsockopt(fd, IPPROTO_IP, IP_OPTIONS, nops, sizeof nops),
		    0);
}

START_TEST(a_connection_is_seen_before_it_is_made_and_once)
{
	struct sockaddr_in from = address_of("127.99.1.2", 0), to;
	struct stssl_connection c;
	struct tap *tap = NULL;
	unsigned short port;
	int listener, fd;

	if (!is_alone())
		return;
	ck_assert_int_eq(tap_open(&tap), 0);
	ck_assert(!is_seen(tap, "127.99.1.2", &c));
	listener = listen_on(AF_INET6, &port);
	reset(connect_from("127.63.255.255", port));
	to = address_of("127.0.0.1", port);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	lengthen(fd, _i);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
	ck_assert(!is_seen(tap, "127.99.1.2", &c));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&from,
			     &(socklen_t){ sizeof from }),
	    0);
	reset(fd);
	ck_assert(is_seen(tap, "127.99.1.2", &c));
	ck_assert_uint_eq(c.local.port, ntohs(from.sin_port));
	ck_assert_uint_eq(c.peer.port, port);
	ck_assert(!is_seen(tap, "127.99.1.2", &c));
	ck_assert(!is_seen(tap, "127.63.255.255", &c));
	ck_assert(!tap_has_lost(tap));
	(void)close(listener);
	(void)tap_free(tap);
}
END_TEST

START_TEST(what_does_not_fit_into_the_ring_is_lost_and_told)
{
	struct stssl_connection c;
	struct tap *tap = NULL;
	unsigned seen = 0;

	if (!is_alone())
		return;
	ck_assert_int_eq(tap_open(&tap), 0);
	for (unsigned i = 0; i < 8300; i++) {
		struct sockaddr_in from = address_of("127.99.1.3", 0),
				   to = address_of("127.0.0.1", 1);
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		ck_assert_int_eq(
		    bind(fd, (struct sockaddr *)&from, sizeof from), 0);
		(void)connect(fd, (struct sockaddr *)&to, sizeof to);
		(void)close(fd);
	}
	ck_assert(tap_has_lost(tap));
	ck_assert(!tap_has_lost(tap));
	while (is_seen(tap, "127.99.1.3", &c))
		seen++;
	ck_assert_uint_gt(seen, 8000);
	ck_assert_uint_lt(seen, 8300);
	(void)tap_free(tap);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ who_is_connected_already_is_found, ROWS(families) },
		{ a_connection_is_seen_before_it_is_made_and_once, 2 },
		{ what_does_not_fit_into_the_ring_is_lost_and_told, 0 },
	};

	return test_main("tap", cases, ROWS(cases));
}
