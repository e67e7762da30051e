/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Addresses, connections, quoting and words.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "status/address.h"
#include "status/quote.h"
#include "status/tools/address.h"
#include "status/tools/words.h"
#include "status/words.h"

#define NETNS_COOKIE 71 /* SO_NETNS_COOKIE, which is new */

static const char *const good_addresses[] = {
	"192.0.2.1:21",
	"0.0.0.0:0",
	"255.255.255.255:65535",
	"[2001:db8::1]:21",
	"[::]:0",
	"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
};

START_TEST(address_reads_what_it_writes)
{
	struct stssl_address a;
	char text[STSSL_ADDRESS_TEXT];

	ck_assert_int_eq(stssl_address_parse(good_addresses[_i], &a), 0);
	ck_assert_str_eq(stssl_address_format(&a, text), good_addresses[_i]);
}
END_TEST

static const char *const bad_addresses[] = { "", ":", ":21", "192.0.2.1",
	"192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:021", "192.0.2.1:+21",
	"192.0.2.1:21 ", " 192.0.2.1:21", "192.0.2.1:2:1", "192.0.2.256:21",
	"192.0.2.01:21", "[192.0.2.1]:21", "[2001:db8::1]", "[2001:db8::1]21",
	"2001:db8::1:21", "[2001:db8::1:21", "[]:21", "[fe80::1%eth0]:21",
	"localhost:21", "[2001:db8::1]:99999999999999999999",
	"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:1" };

START_TEST(address_that_is_none_is_refused)
{
	struct stssl_address a = { .port = 7 };

	ck_assert_int_eq(stssl_address_parse(bad_addresses[_i], &a), -EINVAL);
	ck_assert_uint_eq(a.port, 7);
}
END_TEST

START_TEST(mapped_address_is_the_ipv4_address)
{
	struct stssl_address mapped, plain;
	char text[STSSL_ADDRESS_TEXT];

	ck_assert_int_eq(stssl_ip_parse("::ffff:192.0.2.1", &mapped), 0);
	ck_assert_int_eq(stssl_ip_parse("192.0.2.1", &plain), 0);
	ck_assert(stssl_address_is_ipv4(&mapped));
	ck_assert(stssl_address_same_ip(&mapped, &plain));
	ck_assert_str_eq(stssl_ip_format(&mapped, text), "192.0.2.1");
	ck_assert_int_eq(stssl_ip_parse("2001:db8::1", &plain), 0);
	ck_assert(!stssl_address_is_ipv4(&plain));
	ck_assert_int_eq(stssl_ip_parse("192.0.2.1:21", &plain), -EINVAL);
}
END_TEST

START_TEST(address_survives_the_socket_form)
{
	struct stssl_address a, b;
	struct sockaddr_storage sa;
	socklen_t len;

	ck_assert_int_eq(stssl_address_parse(good_addresses[_i], &a), 0);
	len = stssl_address_to(&a, &sa);
	ck_assert_uint_eq(len, good_addresses[_i][0] == '['
				   ? sizeof(struct sockaddr_in6)
				   : sizeof(struct sockaddr_in));
	ck_assert_int_eq(stssl_address_from(&sa, &b), 0);
	ck_assert_mem_eq(&a, &b, sizeof a);
	sa.ss_family = AF_UNIX;
	ck_assert_int_eq(stssl_address_from(&sa, &b), -EAFNOSUPPORT);
}
END_TEST

START_TEST(longest_connection_fits_its_buffer)
{
	struct stssl_connection c, d;
	char text[STSSL_CONNECTION_TEXT];

	memset(&c, 0xfe, sizeof c);
	stssl_connection_format(&c, text);
	ck_assert_int_eq(stssl_connection_parse(text, &d), 0);
	ck_assert_int_eq(stssl_connection_compare(&c, &d), 0);
}
END_TEST

/* Sixty-three digits. */
#define ONES            "111111111111111111111"
#define LONG_CONNECTION "1 " ONES ONES ONES ":5 1.2.3.4:6"

static const char *const bad_connections[] = { "", "1", "1 ", "1 1.2.3.4:5",
	"1 1.2.3.4:5 ", " 1.2.3.4:5 1.2.3.4:6", "x 1.2.3.4:5 1.2.3.4:6",
	"-1 1.2.3.4:5 1.2.3.4:6", "1  1.2.3.4:5 1.2.3.4:6",
	"1 1.2.3.4:5  1.2.3.4:6", "1 1.2.3.4:5 1.2.3.4:6 ",
	"1 1.2.3.4:5 1.2.3.4:6 7", "18446744073709551616 1.2.3.4:5 1.2.3.4:6",
	LONG_CONNECTION };

START_TEST(connection_that_is_none_is_refused)
{
	struct stssl_connection c = { .netns = 7 };

	ck_assert_int_eq(
	    stssl_connection_parse(bad_connections[_i], &c), -EINVAL);
	ck_assert_uint_eq(c.netns, 7);
}
END_TEST

/* Each row is greater than the one before it. */
static const char *const order[] = {
	"0 9.9.9.9:9 9.9.9.9:9",
	"1 1.1.1.1:1 1.1.1.1:1",
	"1 1.1.1.1:2 1.1.1.1:1",
	"1 1.1.1.1:1 1.1.1.1:2",
	"1 1.1.1.1:1 1.1.1.2:1",
	"18446744073709551615 1.1.1.1:1 1.1.1.1:1",
};

START_TEST(connections_are_ordered)
{
	struct stssl_connection a, b;

	ck_assert_int_eq(stssl_connection_parse(order[_i], &a), 0);
	ck_assert_int_eq(stssl_connection_parse(order[_i + 1], &b), 0);
	ck_assert_int_lt(stssl_connection_compare(&a, &b), 0);
	ck_assert_int_gt(stssl_connection_compare(&b, &a), 0);
	ck_assert_int_eq(stssl_connection_compare(&a, &a), 0);
}
END_TEST

/* A connected pair on loopback, with IPv6 sockets or IPv4 ones. */
static void
connect_pair(int family, int *ret_near, int *ret_far)
{
	struct stssl_address any;
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	int listener = socket(family, SOCK_STREAM, 0);

	ck_assert_int_ne(listener, -1);
	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", &any), 0);
	if (family == AF_INET6) {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

		memcpy(&in6.sin6_addr, any.ip, sizeof any.ip);
		ck_assert_int_eq(
		    bind(listener, (struct sockaddr *)&in6, sizeof in6), 0);
	} else {
		len = stssl_address_to(&any, &sa);
		ck_assert_int_eq(
		    bind(listener, (struct sockaddr *)&sa, len), 0);
	}
	ck_assert_int_eq(listen(listener, 1), 0);
	len = sizeof sa;
	ck_assert_int_eq(
	    getsockname(listener, (struct sockaddr *)&sa, &len), 0);
	*ret_near = socket(family, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(*ret_near, (struct sockaddr *)&sa, len), 0);
	*ret_far = accept(listener, NULL, NULL);
	ck_assert_int_ne(*ret_far, -1);
	close(listener);
}

static const int families[] = { AF_INET, AF_INET6 };

/* The kernel's answer to SO_NETNS_COOKIE: this error, if it is one. */
static int cookie_error;

/* In front of libc's. */
int
getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	if (level == SOL_SOCKET && option == NETNS_COOKIE &&
	    cookie_error != 0) {
		errno = cookie_error;
		return -1;
	}
	return (int)syscall(SYS_getsockopt, fd, level, option, value, len);
}

START_TEST(a_kernel_without_cookies_has_one_namespace)
{
	struct stssl_connection c = { .netns = 7 };
	int near_fd, far_fd;

	connect_pair(AF_INET, &near_fd, &far_fd);
	cookie_error = EPERM;
	ck_assert_int_eq(stssl_connection_of(near_fd, &c), -EPERM);
	ck_assert_int_eq(stssl_connection_local(near_fd, &c), -EPERM);
	ck_assert_uint_eq(c.netns, 7);
	cookie_error = ENOPROTOOPT;
	ck_assert_int_eq(stssl_connection_of(near_fd, &c), 0);
	ck_assert_uint_eq(c.netns, 0);
	ck_assert_uint_ne(c.local.port, 0);
	ck_assert_uint_ne(c.peer.port, 0);
	close(near_fd);
	close(far_fd);
}
END_TEST

START_TEST(both_ends_of_a_connection_see_the_same)
{
	struct stssl_connection near, far, flipped;
	int near_fd, far_fd;

	connect_pair(families[_i], &near_fd, &far_fd);
	ck_assert_int_eq(stssl_connection_of(near_fd, &near), 0);
	ck_assert_int_eq(stssl_connection_of(far_fd, &far), 0);
	flipped = stssl_connection_flip(&far);
	ck_assert_int_eq(stssl_connection_compare(&near, &flipped), 0);
	ck_assert_int_ne(stssl_connection_compare(&near, &far), 0);
	ck_assert(stssl_address_is_ipv4(&near.local));
	close(near_fd);
	close(far_fd);
}
END_TEST

START_TEST(descriptor_without_tcp_is_no_connection)
{
	struct stssl_connection c;
	struct sockaddr_in in = { .sin_family = AF_INET };
	int pair[2], udp = socket(AF_INET, SOCK_DGRAM, 0);
	int tcp = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons(9);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(connect(udp, (struct sockaddr *)&in, sizeof in), 0);
	ck_assert_int_eq(stssl_connection_of(pair[0], &c), -EAFNOSUPPORT);
	ck_assert_int_eq(stssl_connection_of(udp, &c), -EAFNOSUPPORT);
	ck_assert_int_eq(stssl_connection_of(tcp, &c), -ENOTCONN);
	close(udp);
	close(tcp);
	close(pair[0]);
	ck_assert_int_eq(pipe(pair), 0);
	ck_assert_int_eq(stssl_connection_of(pair[0], &c), -ENOTSOCK);
}
END_TEST

static const struct {
	size_t size;
	const char *text, *expect;
} quotes[] = {
	{ 16, NULL, "\"\"" },
	{ 16, "", "\"\"" },
	{ 16, "alice", "\"alice\"" },
	{ 32, "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ 32, "a\nb\x7f\xc3", "\"a\\x0ab\\x7f\\xc3\"" },
	{ 32, "%s%n", "\"%s%n\"" },
	{ 8, "abcde", "\"abcde\"" },
	{ 8, "abcdef", "\"ab...\"" },
	{ 9, "ab\x01\x01", "\"ab...\"" },
	{ 12, "ab\x01\x01", "\"ab\\x01...\"" },
	{ 6, "abcd", "\"...\"" },
};

START_TEST(untrusted_text_becomes_one_quoted_line)
{
	char *buf = malloc(quotes[_i].size);

	ck_assert_ptr_eq(
	    stssl_quote(buf, quotes[_i].size, quotes[_i].text), buf);
	ck_assert_str_eq(buf, quotes[_i].expect);
	free(buf);
}
END_TEST

START_TEST(every_failure_has_a_word_that_reads_back)
{
	enum stssl_failure f = (enum stssl_failure)_i, read;

	ck_assert(stssl_failure_parse(stssl_failure_word(f), &read));
	ck_assert_int_eq(f, read);
	ck_assert_str_ne(stssl_failure_text(f), "");
}
END_TEST

START_TEST(unknown_words_and_values_are_the_strictest)
{
	enum stssl_failure f = STSSL_FAILURE_WEAK;
	enum stssl_verdict v = STSSL_VERDICT_PASSWORD;

	ck_assert(!stssl_failure_parse("Expired", &f));
	ck_assert(!stssl_failure_parse("", &f));
	ck_assert_int_eq(f, STSSL_FAILURE_WEAK);
	ck_assert(!stssl_verdict_parse("accepted", &v));
	ck_assert_int_eq(v, STSSL_VERDICT_PASSWORD);
	ck_assert(stssl_verdict_parse("accept", &v));
	ck_assert_int_eq(v, STSSL_VERDICT_ACCEPT);
	ck_assert_str_eq(stssl_failure_word((enum stssl_failure)1000), "other");
	ck_assert_str_eq(
	    stssl_verdict_word((enum stssl_verdict)1000), "refuse");
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ address_reads_what_it_writes, ROWS(good_addresses) },
		{ address_that_is_none_is_refused, ROWS(bad_addresses) },
		{ mapped_address_is_the_ipv4_address, 0 },
		{ address_survives_the_socket_form, ROWS(good_addresses) },
		{ longest_connection_fits_its_buffer, 0 },
		{ connection_that_is_none_is_refused, ROWS(bad_connections) },
		{ connections_are_ordered, ROWS(order) - 1 },
		{ a_kernel_without_cookies_has_one_namespace, 0 },
		{ both_ends_of_a_connection_see_the_same, ROWS(families) },
		{ descriptor_without_tcp_is_no_connection, 0 },
		{ untrusted_text_becomes_one_quoted_line, ROWS(quotes) },
		{ every_failure_has_a_word_that_reads_back,
		    STSSL_FAILURE_COUNT },
		{ unknown_words_and_values_are_the_strictest, 0 },
	};

	return test_main("status", cases, ROWS(cases));
}
