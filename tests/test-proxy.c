/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Headers of the PROXY protocol: taken whole, and nothing else; and not a byte
 * of what is behind them.
 */
#include <config.h>
#include "helper/worker/proxy/reader.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/buffer.h"
#include "tests/test.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
/* From 192.0.2.1, port 40000, to 192.0.2.2, port 21. */
#define V4   "\xc0\0\2\1\xc0\0\2\2\x9c\x40\0\x15"
#define FROM "192.0.2.1:40000"
#define TO   "192.0.2.2:21"
#define V6                                               \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"       \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\0\1\2" \
	"\0"
#define MAPPED                                   \
	"\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1" \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\x9c\x40\0\x15"
#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *bytes;
	size_t len;
	enum proxy_fault fault;
	const char *source, *destination; /* NULL: the proxy's own */
} rows[] = {
	/* version 1 */
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000 21\r\n"), PROXY_NONE, FROM,
	    TO },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 0 65535\r\n"), PROXY_NONE,
	    "192.0.2.1:0", "192.0.2.2:65535" },
	{ TEXT("PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 1 512\r\n"),
	    PROXY_NONE, "[2001:db8::1]:1", "[2001:db8::2]:512" },
	{ TEXT("PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 40000 21\r\n"),
	    PROXY_NONE, FROM, "[2001:db8::2]:21" },
	{ TEXT("PROXY UNKNOWN\r\n"), PROXY_NONE, NULL, NULL },
	{ TEXT("PROXY UNKNOWN ffff::1 who knows\r\n"), PROXY_NONE, NULL, NULL },
	/* not this protocol */
	{ TEXT("proxy TCP4 192.0.2.1 192.0.2.2 40000 21\r\n"), PROXY_ABSENT,
	    NULL, NULL },
	{ TEXT("USER alice\r\n"), PROXY_ABSENT, NULL, NULL },
	{ TEXT("\x16\x03\x01"), PROXY_ABSENT, NULL, NULL },
	{ TEXT("PROXYTCP4"), PROXY_ABSENT, NULL, NULL },
	{ TEXT(" PROXY TCP4"), PROXY_ABSENT, NULL, NULL },
	/* families */
	{ TEXT("PROXY TCP5 192.0.2.1 192.0.2.2 40000 21\r\n"), PROXY_FAMILY,
	    NULL, NULL },
	{ TEXT("PROXY UDP4 192.0.2.1 192.0.2.2 40000 21\r\n"), PROXY_FAMILY,
	    NULL, NULL },
	{ TEXT("PROXY tcp4 192.0.2.1 192.0.2.2 40000 21\r\n"), PROXY_FAMILY,
	    NULL, NULL },
	{ TEXT("PROXY  TCP4 192.0.2.1 192.0.2.2 40000 21\r\n"), PROXY_FAMILY,
	    NULL, NULL },
	{ TEXT("PROXY UNKNOWNS\r\n"), PROXY_FAMILY, NULL, NULL },
	{ TEXT("PROXY \r\n"), PROXY_FAMILY, NULL, NULL },
	{ TEXT("PROXY TCP6 192.0.2.1 192.0.2.2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 2001:db8::1 2001:db8::2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 [2001:db8::2] 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	/* words, numbers and the end of the line */
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000\r\n"), PROXY_FORMAT, NULL,
	    NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000 21 \r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000 21 1\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1  192.0.2.2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1\t192.0.2.2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.02.1 192.0.2.2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.256 192.0.2.2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2 192.0.2.2 40000 21\r\n"), PROXY_FORMAT, NULL,
	    NULL },
	{ TEXT("PROXY TCP4 192.0.2.1:40000 192.0.2.2 40000 21\r\n"),
	    PROXY_FORMAT, NULL, NULL },
	{ TEXT("PROXY TCP4 localhost 192.0.2.2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP6 [2001:db8::1] 2001:db8::2 40000 21\r\n"),
	    PROXY_FORMAT, NULL, NULL },
	{ TEXT("PROXY TCP6 fe80::1%lo 2001:db8::2 40000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 040000 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 65536 21\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000 -1\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 4e4 21\r\n"), PROXY_FORMAT, NULL,
	    NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000 21\n"), PROXY_FORMAT, NULL,
	    NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000 21\r\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 192.0.2.2 40000 2\0001\r\n"), PROXY_FORMAT,
	    NULL, NULL },
	{ TEXT("PROXY UNKNOWN\0\r\n"), PROXY_FORMAT, NULL, NULL },
	{ TEXT("PROXY \n"), PROXY_FORMAT, NULL, NULL },
	/* addresses that no client has */
	{ TEXT("PROXY TCP4 0.0.0.0 192.0.2.2 40000 21\r\n"), PROXY_ADDRESS,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 224.0.0.1 192.0.2.2 40000 21\r\n"), PROXY_ADDRESS,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 255.255.255.255 192.0.2.2 1 2\r\n"), PROXY_ADDRESS,
	    NULL, NULL },
	{ TEXT("PROXY TCP4 192.0.2.1 0.0.0.0 40000 21\r\n"), PROXY_ADDRESS,
	    NULL, NULL },
	{ TEXT("PROXY TCP6 :: 2001:db8::2 40000 21\r\n"), PROXY_ADDRESS, NULL,
	    NULL },
	{ TEXT("PROXY TCP6 ff02::1 2001:db8::2 40000 21\r\n"), PROXY_ADDRESS,
	    NULL, NULL },
	{ TEXT("PROXY TCP6 ::ffff:0.0.0.0 2001:db8::2 1 2\r\n"), PROXY_ADDRESS,
	    NULL, NULL },
	/* version 2 */
	{ TEXT(SIGNATURE "\x21\x11\0\x0c" V4), PROXY_NONE, FROM, TO },
	{ TEXT(SIGNATURE "\x21\x21\0\x24" V6), PROXY_NONE, "[2001:db8::1]:1",
	    "[2001:db8::2]:512" },
	{ TEXT(SIGNATURE "\x21\x21\0\x24" MAPPED), PROXY_NONE, FROM,
	    "[2001:db8::2]:21" },
	{ TEXT(SIGNATURE "\x20\0\0\0"), PROXY_NONE, NULL, NULL },
	{ TEXT(SIGNATURE "\x20\x11\0\x0c" V4), PROXY_NONE, NULL, NULL },
	{ TEXT(SIGNATURE "\x20\xff\0\5abcde"), PROXY_NONE, NULL, NULL },
	/* values behind the addresses */
	{ TEXT(SIGNATURE "\x21\x11\0\x0f" V4 "\4\0\0"), PROXY_NONE, FROM, TO },
	{ TEXT(SIGNATURE "\x21\x11\0\x19" V4 "\x05\0\4uniq\xee\0\3abc"),
	    PROXY_NONE, FROM, TO },
	{ TEXT(SIGNATURE "\x21\x11\0\x0d" V4 "\4"), PROXY_FORMAT, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x11\0\x0f" V4 "\4\0\1"), PROXY_FORMAT, NULL,
	    NULL },
	{ TEXT(SIGNATURE "\x21\x11\0\x13" V4 "\4\0\5abcd"), PROXY_FORMAT, NULL,
	    NULL },
	{ TEXT(SIGNATURE "\x21\x11\0\x13" V4 "\3\0\4\x87\x65\xdd\x53"),
	    PROXY_NONE, FROM, TO },
	{ TEXT(SIGNATURE "\x21\x11\0\x13" V4 "\3\0\4\x87\x65\xdd\x54"),
	    PROXY_CHECKSUM, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x11\0\x13" V4 "\3\0\4\0\0\0\0"), PROXY_CHECKSUM,
	    NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x11\0\x12" V4 "\3\0\3abc"), PROXY_FORMAT, NULL,
	    NULL },
	/* another version, an unknown command */
	{ TEXT(SIGNATURE "\x11\x11\0\x0c" V4), PROXY_VERSION, NULL, NULL },
	{ TEXT(SIGNATURE "\x31\x11\0\x0c" V4), PROXY_VERSION, NULL, NULL },
	{ TEXT(SIGNATURE "\x22\x11\0\x0c" V4), PROXY_VERSION, NULL, NULL },
	/* families: none, UDP, Unix, unknown */
	{ TEXT(SIGNATURE "\x21\0\0\x0c" V4), PROXY_FAMILY, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x10\0\x0c" V4), PROXY_FAMILY, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x12\0\x0c" V4), PROXY_FAMILY, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x22\0\x24" V6), PROXY_FAMILY, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x31\0\x0c" V4), PROXY_FAMILY, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x41\0\x0c" V4), PROXY_FAMILY, NULL, NULL },
	/* lengths */
	{ TEXT(SIGNATURE "\x21\x11\0\x0b\xc0\0\2\1\xc0\0\2\2\x9c\x40\0"),
	    PROXY_LENGTH, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x21\0\x0c" V4), PROXY_LENGTH, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x11\0\0"), PROXY_LENGTH, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x11\x0f\xf1"), PROXY_LENGTH, NULL, NULL },
	{ TEXT(SIGNATURE "\x20\0\xff\xff"), PROXY_LENGTH, NULL, NULL },
	/* addresses that no client has */
	{ TEXT(SIGNATURE "\x21\x11\0\x0c\0\0\0\0\xc0\0\2\2\x9c\x40\0\x15"),
	    PROXY_ADDRESS, NULL, NULL },
	{ TEXT(SIGNATURE "\x21\x11\0\x0c\xe0\0\0\1\xc0\0\2\2\x9c\x40\0\x15"),
	    PROXY_ADDRESS, NULL, NULL },
};

/* Cut anywhere it is not complete, nor wrong before its end is there. */
START_TEST(a_header_is_taken_whole_or_not_at_all)
{
	const uint8_t *bytes = (const uint8_t *)rows[_i].bytes;
	struct proxy_header h = { .is_own = false };
	char text[STSSL_ADDRESS_TEXT];
	uint8_t more[512];
	size_t len;

	ck_assert_int_eq(
	    proxy_parse(bytes, rows[_i].len, &len, &h), rows[_i].fault);
	if (rows[_i].fault != PROXY_NONE)
		return;
	ck_assert_uint_eq(len, rows[_i].len);
	ck_assert_int_eq(h.is_own, rows[_i].source == NULL);
	if (!h.is_own) {
		ck_assert_str_eq(
		    stssl_address_format(&h.source, text), rows[_i].source);
		ck_assert_str_eq(stssl_address_format(&h.destination, text),
		    rows[_i].destination);
	}
	for (size_t cut = 0; cut < rows[_i].len; cut++) {
		ck_assert_int_eq(proxy_parse(bytes, cut, &len, &h), PROXY_NONE);
		ck_assert_uint_eq(len, 0);
	}
	/* What follows, another header, is not its. */
	memcpy(more, bytes, rows[_i].len);
	memcpy(more + rows[_i].len, bytes, rows[_i].len);
	ck_assert_int_eq(
	    proxy_parse(more, 2 * rows[_i].len, &len, &h), PROXY_NONE);
	ck_assert_uint_eq(len, rows[_i].len);
}
END_TEST

START_TEST(a_line_has_an_end_within_107_bytes)
{
	struct proxy_header h;
	uint8_t line[109];
	size_t len;

	memset(line, 'x', sizeof line);
	memcpy(line, "PROXY UNKNOWN ", 14);
	ck_assert_int_eq(proxy_parse(line, 106, &len, &h), PROXY_NONE);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(proxy_parse(line, 107, &len, &h), PROXY_LENGTH);
	line[105] = '\r';
	line[106] = '\n';
	ck_assert_int_eq(proxy_parse(line, 107, &len, &h), PROXY_NONE);
	ck_assert_uint_eq(len, 107);
	line[105] = 'x';
	line[106] = '\r';
	line[107] = '\n';
	ck_assert_int_eq(proxy_parse(line, 108, &len, &h), PROXY_LENGTH);
}
END_TEST

START_TEST(a_header_has_4096_bytes_at_most)
{
	static uint8_t bytes[PROXY_HEADER_MAX + 1];
	struct proxy_header h;
	size_t len;

	memcpy(bytes, SIGNATURE "\x21\x11\x0f\xf0" V4 "\4\x0f\xe1", 31);
	ck_assert_int_eq(
	    proxy_parse(bytes, sizeof bytes - 2, &len, &h), PROXY_NONE);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(
	    proxy_parse(bytes, sizeof bytes, &len, &h), PROXY_NONE);
	ck_assert_uint_eq(len, PROXY_HEADER_MAX);
	bytes[15]++;
	ck_assert_int_eq(
	    proxy_parse(bytes, sizeof bytes, &len, &h), PROXY_LENGTH);
}
END_TEST

/* RFC 3720 appendix B.4, and the sum of "123456789" that everybody gives. */
START_TEST(the_checksum_is_crc_32c)
{
	uint8_t bytes[32] = { 0 };

	ck_assert_uint_eq(proxy_checksum(bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	ck_assert_uint_eq(proxy_checksum(bytes, 32), 0x62a8ab43);
	ck_assert_uint_eq(
	    proxy_checksum((const uint8_t *)"123456789", 9), 0xe3069283);
}
END_TEST

/* From a socket */

struct pipe {
	int proxy, ours;
	struct proxy_reader reader;
};

static struct pipe
open_pipe(void)
{
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	return (struct pipe){ .proxy = pair[0], .ours = pair[1] };
}

static void
close_pipe(struct pipe *p)
{
	proxy_reader_done(&p->reader);
	proxy_reader_done(&p->reader);
	(void)close(p->proxy);
	(void)close(p->ours);
	buffer_done();
}

static enum proxy_fault
read_on(struct pipe *p, bool *is_done)
{
	struct proxy_header h;

	return proxy_read(&p->reader, p->ours, is_done, &h);
}

static void
put(const struct pipe *p, const void *bytes, size_t len)
{
	ck_assert_int_eq(send(p->proxy, bytes, len, 0), (ssize_t)len);
}

/* How many bytes can be read, at most 16. */
static size_t
unread(const struct pipe *p)
{
	char buf[16];
	ssize_t n = recv(p->ours, buf, sizeof buf, MSG_PEEK | MSG_DONTWAIT);

	return n < 0 ? 0 : (size_t)n;
}

START_TEST(bytes_that_come_one_by_one_are_taken_at_once_and_no_more)
{
	struct pipe p = open_pipe();
	bool is_done;

	if (rows[_i].fault == PROXY_NONE) {
		ck_assert_int_eq(read_on(&p, &is_done), PROXY_NONE);
		for (size_t i = 0; i < rows[_i].len; i++) {
			ck_assert(!is_done);
			ck_assert_uint_eq(unread(&p), 0);
			put(&p, rows[_i].bytes + i, 1);
			ck_assert_int_eq(read_on(&p, &is_done), PROXY_NONE);
		}
		ck_assert(is_done);
	}
	close_pipe(&p);
}
END_TEST

START_TEST(what_comes_behind_the_header_stays_where_it_is)
{
	struct pipe p = open_pipe();
	bool is_done;
	char buf[8] = "";

	if (rows[_i].fault == PROXY_NONE) {
		put(&p, rows[_i].bytes, rows[_i].len - 1);
		ck_assert_int_eq(read_on(&p, &is_done), PROXY_NONE);
		ck_assert(!is_done);
		put(&p, rows[_i].bytes + rows[_i].len - 1, 1);
		put(&p, "hello", 5);
		ck_assert_int_eq(read_on(&p, &is_done), PROXY_NONE);
		ck_assert(is_done);
		ck_assert_int_eq(recv(p.ours, buf, sizeof buf, 0), 5);
		ck_assert_str_eq(buf, "hello");
	}
	close_pipe(&p);
}
END_TEST

START_TEST(the_end_is_told_from_a_header_that_is_cut_off)
{
	struct pipe p = open_pipe();
	bool is_done;

	put(&p, "PROXY TCP4 192", (size_t)_i);
	if (_i > 0)
		ck_assert_int_eq(read_on(&p, &is_done), PROXY_NONE);
	(void)shutdown(p.proxy, SHUT_WR);
	ck_assert_int_eq(
	    read_on(&p, &is_done), _i == 0 ? PROXY_GONE : PROXY_TRUNCATED);
	ck_assert(!is_done);
	close_pipe(&p);
}
END_TEST

START_TEST(who_waits_for_the_first_byte_holds_no_buffer)
{
	struct pipe p = open_pipe();
	bool is_done;

	ck_assert_int_eq(read_on(&p, &is_done), PROXY_NONE);
	ck_assert_ptr_null(p.reader.held);
	close_pipe(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_header_is_taken_whole_or_not_at_all, ROWS(rows) },
		{ a_line_has_an_end_within_107_bytes, 0 },
		{ a_header_has_4096_bytes_at_most, 0 },
		{ the_checksum_is_crc_32c, 0 },
		{ bytes_that_come_one_by_one_are_taken_at_once_and_no_more,
		    ROWS(rows) },
		{ what_comes_behind_the_header_stays_where_it_is, ROWS(rows) },
		{ the_end_is_told_from_a_header_that_is_cut_off, 14 },
		{ who_waits_for_the_first_byte_holds_no_buffer, 0 },
	};

	return test_main("proxy", cases, ROWS(cases));
}
