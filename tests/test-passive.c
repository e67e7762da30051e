/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ports for passive data connections, on an address of loopback's that nobody
 * else uses.
 */
#include <config.h>
#include "helper/worker/ftp/passive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status/tools/address.h"
#include "tests/test.h"

#define PORTS 8
/* Below those that the kernel gives away by itself. */
#define LOWEST  20000
#define HIGHEST 30000

static struct stssl_address
address_of(unsigned port)
{
	struct stssl_address a;
	char text[32];

	/* Of each process its own: tests run side by side. */
	(void)snprintf(text, sizeof text, "127.77.%d.%d",
	    (int)(getpid() >> 8 & 0xff), (int)(getpid() & 0xff));
	ck_assert_int_eq(stssl_ip_parse(text, &a), 0);
	a.port = (uint16_t)port;
	return a;
}

/* As somebody else would have it; -1 when it cannot be had. */
static int
listen_like_others(unsigned port, bool reuse)
{
	const struct stssl_address a = address_of(port);
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to(&a, &sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = reuse;

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
	if (bind(fd, (struct sockaddr *)&sa, len) == 0 && listen(fd, 1) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool
is_free(unsigned port)
{
	int fd = listen_like_others(port, false);

	if (fd != -1)
		(void)close(fd);
	return fd != -1;
}

/* `count` ports in a row that nobody uses, be it on all addresses. */
static struct listen_config
free_range(unsigned count)
{
	struct listen_config config = { .passive_ports.low = 0 };
	unsigned low = LOWEST, run = 0;

	for (unsigned port = LOWEST; run < count; port++) {
		ck_assert_uint_lt(port, HIGHEST);
		if (is_free(port)) {
			run++;
		} else {
			run = 0;
			low = port + 1;
		}
	}
	config.passive_ports.low = (uint16_t)low;
	config.passive_ports.high = (uint16_t)(low + count - 1);
	return config;
}

static unsigned
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

static int
listen_passively(const struct listen_config *config, uint16_t *ret_port)
{
	const struct stssl_address local = address_of(21);
	struct stssl_address at = { .port = 0 };
	int fd = passive_listen(config, &local, 0, &at);

	if (fd >= 0) {
		ck_assert(stssl_address_same_ip(&at, &local));
		/* Nobody waits in accept(2), and no program inherits it. */
		ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
		ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	}
	*ret_port = at.port;
	return fd;
}

START_TEST(each_port_of_the_range_is_given_once_and_no_other)
{
	const struct listen_config config = free_range(PORTS);
	bool seen[PORTS] = { false };
	unsigned before = open_descriptors();
	int fds[PORTS];
	uint16_t ports[PORTS], port;

	for (int i = 0; i < PORTS; i++) {
		fds[i] = listen_passively(&config, &port);
		ck_assert_int_ge(fds[i], 0);
		ck_assert_uint_ge(port, config.passive_ports.low);
		ck_assert_uint_le(port, config.passive_ports.high);
		ck_assert(!seen[port - config.passive_ports.low]);
		seen[port - config.passive_ports.low] = true;
		ports[i] = port;
	}
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(listen_passively(&config, &port), -EADDRINUSE);
	/* A busy port costs nothing. */
	ck_assert_uint_eq(open_descriptors(), before + PORTS);

	/* The only one that is free is found, wherever it is. */
	for (int i = 0; i < PORTS; i++) {
		(void)close(fds[i]);
		fds[i] = listen_passively(&config, &port);
		ck_assert_int_ge(fds[i], 0);
		ck_assert_uint_eq(port, ports[i]);
	}
	ck_assert_uint_eq(open_descriptors(), before + PORTS);
}
END_TEST

/* Whatever he has said of his own socket. */
START_TEST(a_port_that_another_listens_on_is_not_shared)
{
	const struct listen_config config = free_range(1);
	unsigned before;
	uint16_t port;
	int other = listen_like_others(config.passive_ports.low, _i == 1), fd;

	ck_assert_int_ne(other, -1);
	before = open_descriptors();
	ck_assert_int_eq(listen_passively(&config, &port), -EADDRINUSE);
	ck_assert_uint_eq(open_descriptors(), before);
	(void)close(other);
	fd = listen_passively(&config, &port);
	ck_assert_int_ge(fd, 0);
	/* Nor does another get ours. */
	ck_assert_int_eq(
	    listen_like_others(config.passive_ports.low, true), -1);
	(void)close(fd);
}
END_TEST

/* It is in TIME_WAIT on our side: a small range would be used up by these. */
START_TEST(a_port_whose_connection_has_ended_is_free_again)
{
	const struct listen_config config = free_range(1);
	const struct stssl_address a = address_of(config.passive_ports.low);
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to(&a, &sa);
	uint16_t port;
	int fd = listen_passively(&config, &port), client, ours;

	ck_assert_int_ge(fd, 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&sa, len), 0);
	ours = accept(fd, NULL, NULL);
	ck_assert_int_ne(ours, -1);
	(void)close(fd);
	(void)close(ours);
	(void)close(client);
	fd = listen_passively(&config, &port);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}
END_TEST

/* Of a thousand ports, twenty times the same or the next is no chance. */
START_TEST(the_next_port_cannot_be_guessed_from_the_last)
{
	const struct listen_config config = { .passive_ports.low = LOWEST,
		.passive_ports.high = HIGHEST };
	unsigned same = 0, next = 0;
	uint16_t last = 0, port;

	for (int i = 0; i < 20; i++) {
		int fd = listen_passively(&config, &port);

		ck_assert_int_ge(fd, 0);
		(void)close(fd);
		same += port == last;
		next += port == last + 1;
		last = port;
	}
	ck_assert_uint_lt(same, 3);
	ck_assert_uint_lt(next, 3);
}
END_TEST

START_TEST(without_a_range_the_kernel_chooses)
{
	const struct listen_config config = { .passive_ports.low = 0 };
	uint16_t port = 0;
	int fd = listen_passively(&config, &port);

	ck_assert_int_ge(fd, 0);
	ck_assert_uint_ne(port, 0);
	ck_assert_int_eq(listen_like_others(port, true), -1);
	(void)close(fd);
}
END_TEST

START_TEST(an_address_that_cannot_be_bound_is_told)
{
	const struct listen_config config = { .passive_ports.low = LOWEST,
		.passive_ports.high = HIGHEST };
	unsigned before = open_descriptors();
	struct stssl_address elsewhere, at;

	/* TEST-NET-1: nobody has it. */
	ck_assert_int_eq(stssl_ip_parse("192.0.2.77", &elsewhere), 0);
	ck_assert_int_eq(
	    passive_listen(&config, &elsewhere, 0, &at), -EADDRNOTAVAIL);
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ each_port_of_the_range_is_given_once_and_no_other, 0 },
		{ a_port_that_another_listens_on_is_not_shared, 2 },
		{ a_port_whose_connection_has_ended_is_free_again, 0 },
		{ the_next_port_cannot_be_guessed_from_the_last, 0 },
		{ without_a_range_the_kernel_chooses, 0 },
		{ an_address_that_cannot_be_bound_is_told, 0 },
	};

	return test_main("passive", cases, ROWS(cases));
}
