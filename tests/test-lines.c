/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines over a socket, whose other end the test holds.
 */
#include <config.h>
#include "helper/worker/relay/lines.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"

struct play {
	struct ev_loop *loop;
	struct stream stream;
	struct lines lines;
	int peer;
};

static void
on_ready(void *owner)
{
	(void)owner;
}

static void
begin(struct play *p)
{
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	p->loop = ev_loop_new(0);
	p->peer = pair[0];
	stream_init(&p->stream, p->loop, pair[1], on_ready, p);
	lines_init(&p->lines, &p->stream);
}

static void
end(struct play *p)
{
	lines_done(&p->lines);
	stream_close(&p->stream);
	(void)close(p->peer);
	buffer_done();
	ev_loop_destroy(p->loop);
}

/* The loop says that there is something to read. */
static void
turn(struct play *p)
{
	stream_watch(&p->stream, true, false);
	ev_run(p->loop, EVRUN_ONCE);
}

static void
put(struct play *p, const char *bytes, size_t len)
{
	ck_assert_int_eq(send(p->peer, bytes, len, 0), (ssize_t)len);
	turn(p);
}

/* As many bytes of a line as asked for. */
static void
put_many(struct play *p, size_t len)
{
	static char bytes[2 * LINE_MAX_BYTES];

	memset(bytes, 'x', sizeof bytes);
	ck_assert_uint_le(len, sizeof bytes);
	put(p, bytes, len);
}

static void
expect(struct play *p, const char *text)
{
	char *line = NULL;
	size_t len = 0;

	ck_assert_int_eq(lines_read(&p->lines, &line, &len), LINE_OK);
	ck_assert_str_eq(line, text);
	ck_assert_uint_eq(len, strlen(text));
}

static void
expect_none(struct play *p, enum line_result result)
{
	char *line = NULL;
	size_t len = 0;

	ck_assert_int_eq(lines_read(&p->lines, &line, &len), (int)result);
	ck_assert_ptr_null(line);
}

START_TEST(a_line_comes_when_its_end_does)
{
	struct play p;

	begin(&p);
	expect_none(&p, LINE_NONE);
	/* It was found empty: it is not looked at before the loop says so. */
	ck_assert_int_eq(send(p.peer, "USER al", 7, 0), 7);
	expect_none(&p, LINE_NONE);
	ck_assert(!lines_has_input(&p.lines));
	turn(&p);
	expect_none(&p, LINE_NONE);
	ck_assert(lines_has_input(&p.lines));
	put(&p, "ice\r\nPASS x\nNO", 14);
	expect(&p, "USER alice");
	ck_assert(lines_has_input(&p.lines));
	expect(&p, "PASS x");
	ck_assert(lines_has_input(&p.lines));
	expect_none(&p, LINE_NONE);
	put(&p, "OP\r\n", 4);
	expect(&p, "NOOP");
	ck_assert(!lines_has_input(&p.lines));
	put(&p, "\r\n\n\r\r\nQ", 7);
	expect(&p, "");
	expect(&p, "");
	expect(&p, "\r");
	(void)shutdown(p.peer, SHUT_WR);
	turn(&p);
	expect_none(&p, LINE_END);
	expect_none(&p, LINE_END);
	end(&p);
}
END_TEST

/* Lines of the greatest length, of one byte more, and behind both. */
START_TEST(a_line_is_as_long_as_it_may_be_and_no_longer)
{
	struct play p;
	char *line;
	size_t len;

	begin(&p);
	put_many(&p, LINE_MAX_BYTES);
	expect_none(&p, LINE_NONE);
	put(&p, "\n", 1);
	ck_assert_int_eq(lines_read(&p.lines, &line, &len), LINE_OK);
	ck_assert_uint_eq(len, LINE_MAX_BYTES);
	ck_assert_uint_eq(strlen(line), LINE_MAX_BYTES);
	put_many(&p, LINE_MAX_BYTES + 1);
	put(&p, "\nNOOP\r\n", 7);
	expect_none(&p, LINE_TOO_LONG);
	expect(&p, "NOOP");
	end(&p);
}
END_TEST

/* However many bytes there are in it. */
START_TEST(a_line_that_is_too_long_is_told_once)
{
	struct play p;

	begin(&p);
	put_many(&p, LINE_MAX_BYTES + 1);
	expect_none(&p, LINE_TOO_LONG);
	for (int i = 0; i < 8; i++) {
		put_many(&p, LINE_MAX_BYTES + 1);
		expect_none(&p, LINE_NONE);
		ck_assert(!lines_has_input(&p.lines));
	}
	put(&p, "rest\r\nNOOP\r\n", 12);
	expect(&p, "NOOP");
	/* The next one is told again. */
	put_many(&p, LINE_MAX_BYTES + 1);
	expect_none(&p, LINE_TOO_LONG);
	end(&p);
}
END_TEST

START_TEST(a_nul_inside_is_told_by_the_length)
{
	struct play p;
	char *line;
	size_t len;

	begin(&p);
	put(&p, "USER a\0b\r\n", 10);
	ck_assert_int_eq(lines_read(&p.lines, &line, &len), LINE_OK);
	ck_assert_uint_eq(len, 8);
	ck_assert_uint_eq(strlen(line), 6);
	end(&p);
}
END_TEST

/* Passwords are in lines. */
START_TEST(a_line_that_was_handed_out_is_wiped)
{
	struct play p;
	const uint8_t *first;

	begin(&p);
	put(&p, "PASS secret\r\nNOOP\r\n", 19);
	expect(&p, "PASS secret");
	first = p.lines.in->bytes + p.lines.in->start;
	expect(&p, "NOOP");
	for (size_t i = 0; i < sizeof "PASS secret\r\n" - 1; i++)
		ck_assert_uint_eq(first[i], 0);
	expect_none(&p, LINE_NONE);
	ck_assert_ptr_null(p.lines.in);
	end(&p);
}
END_TEST

/* Reads what was written, `len` bytes of it, and that there is no more. */
static void
expect_written(const struct play *p, size_t len)
{
	char bytes[2 * BUFFER_LINES_SIZE];
	size_t got = 0;
	ssize_t n;

	while ((n = recv(p->peer, bytes + got, sizeof bytes - got,
		    MSG_DONTWAIT)) > 0)
		got += (size_t)n;
	ck_assert_uint_eq(got, len);
	ck_assert_mem_eq(bytes + len - 2, "\r\n", 2);
}

/* How long the second line is, and whether it fits behind the first. */
static const struct {
	size_t first, second;
	int result;
} rooms[] = {
	{ LINE_MAX_BYTES, 0, 0 },
	{ LINE_MAX_BYTES, LINE_MAX_BYTES, -ENOBUFS },
	{ LINE_MAX_BYTES, BUFFER_LINES_SIZE - LINE_MAX_BYTES - 4, 0 },
	{ LINE_MAX_BYTES, BUFFER_LINES_SIZE - LINE_MAX_BYTES - 3, -ENOBUFS },
	{ LINE_MAX_BYTES - 4, LINE_MAX_BYTES, 0 },
	{ LINE_MAX_BYTES - 3, LINE_MAX_BYTES, -ENOBUFS },
	{ 1, LINE_MAX_BYTES + 1, -ENOBUFS },
};

START_TEST(a_line_is_queued_whole_or_not_at_all)
{
	static char text[LINE_MAX_BYTES + 1];
	size_t first = rooms[_i].first, second = rooms[_i].second;
	struct play p;

	memset(text, 'x', sizeof text);
	begin(&p);
	ck_assert(lines_has_room(&p.lines));
	ck_assert(!lines_has_output(&p.lines));
	ck_assert_int_eq(lines_write(&p.lines, text, first), 0);
	if (second == LINE_MAX_BYTES)
		ck_assert(lines_has_room(&p.lines) == (rooms[_i].result == 0));
	ck_assert_int_eq(lines_write(&p.lines, text, second), rooms[_i].result);
	ck_assert(lines_has_output(&p.lines));
	ck_assert_int_eq(lines_flush(&p.lines), IO_OK);
	ck_assert(!lines_has_output(&p.lines));
	expect_written(
	    &p, first + 2 + (rooms[_i].result == 0 ? second + 2 : 0));
	end(&p);
}
END_TEST

/* Who does not read gets the rest later, and nothing twice. */
START_TEST(what_does_not_fit_into_the_socket_waits)
{
	static char text[LINE_MAX_BYTES];
	struct play p;
	char byte;
	size_t queued = 0, got = 0;

	memset(text, 'x', sizeof text);
	begin(&p);
	do {
		ck_assert_int_eq(lines_write(&p.lines, text, sizeof text), 0);
		queued += sizeof text + 2;
	} while (lines_flush(&p.lines) == IO_OK);
	ck_assert(lines_has_output(&p.lines));
	while (got < queued) {
		if (recv(p.peer, &byte, 1, MSG_DONTWAIT) == 1)
			got++;
		else
			ck_assert_int_ne(lines_flush(&p.lines), IO_FAILED);
	}
	ck_assert_int_eq(byte, '\n');
	ck_assert_int_eq(lines_flush(&p.lines), IO_OK);
	ck_assert_int_eq(recv(p.peer, &byte, 1, MSG_DONTWAIT), -1);
	end(&p);
}
END_TEST

/* A part of one line behind another: the one that is gone makes room for it. */
START_TEST(the_rest_of_a_line_has_room_when_the_one_before_is_gone)
{
	struct play p;
	char *line;
	size_t len;

	begin(&p);
	put_many(&p, LINE_MAX_BYTES);
	put(&p, "\n", 1);
	put_many(&p, LINE_MAX_BYTES - 8);
	ck_assert_int_eq(lines_read(&p.lines, &line, &len), LINE_OK);
	expect_none(&p, LINE_NONE);
	put(&p, "12345678\n", 9);
	ck_assert_int_eq(lines_read(&p.lines, &line, &len), LINE_OK);
	ck_assert_uint_eq(len, LINE_MAX_BYTES);
	ck_assert_str_eq(line + len - 8, "12345678");
	end(&p);
}
END_TEST

/* What is there; there is something. */
static size_t
get(const struct play *p, char *buf, size_t size)
{
	ssize_t n = recv(p->peer, buf, size, MSG_DONTWAIT);

	ck_assert_int_gt(n, 0);
	return (size_t)n;
}

/* The socket takes a part of a full queue; behind the rest there is room. */
START_TEST(what_is_gone_makes_room_in_the_queue)
{
	static char text[BUFFER_LINES_SIZE];
	const size_t half = BUFFER_LINES_SIZE / 2 - 2;
	struct play p;
	size_t gone, more, got = 0;
	char bytes[2 * BUFFER_LINES_SIZE];

	begin(&p);
	ck_assert_int_eq(setsockopt(p.stream.fd, SOL_SOCKET, SO_SNDBUF,
			     &(int){ 1 }, sizeof(int)),
	    0);
	memset(text, 'a', sizeof text);
	ck_assert_int_eq(lines_write(&p.lines, text, half), 0);
	ck_assert_int_eq(lines_write(&p.lines, text, half), 0);
	ck_assert_int_eq(lines_write(&p.lines, "", 0), -ENOBUFS);
	ck_assert_int_eq(lines_flush(&p.lines), IO_AGAIN);
	gone = BUFFER_LINES_SIZE - buffer_len(p.lines.out);
	/* How much that is, the kernel knows. */
	ck_assert_uint_gt(gone, 2);
	more = gone - 2 < LINE_MAX_BYTES ? gone - 2 : LINE_MAX_BYTES;
	memset(text, 'b', sizeof text);
	ck_assert_int_eq(lines_write(&p.lines, text, more), 0);
	ck_assert_uint_le(p.lines.out->end, p.lines.out->size);
	while (lines_has_output(&p.lines)) {
		ck_assert_int_ne(lines_flush(&p.lines), IO_FAILED);
		got += get(&p, bytes + got, sizeof bytes - got);
	}
	while (got < BUFFER_LINES_SIZE + more + 2)
		got += get(&p, bytes + got, sizeof bytes - got);
	ck_assert_uint_eq(got, BUFFER_LINES_SIZE + more + 2);
	ck_assert_int_eq(bytes[BUFFER_LINES_SIZE - 1], '\n');
	ck_assert_int_eq(bytes[BUFFER_LINES_SIZE], 'b');
	ck_assert_int_eq(bytes[got - 1], '\n');
	end(&p);
}
END_TEST

START_TEST(a_connection_that_fails_is_no_end)
{
	struct play p;

	begin(&p);
	put(&p, "NOOP\r\nhalf", 10);
	expect(&p, "NOOP");
	/* Bytes that nobody has read make the end a reset. */
	ck_assert_int_eq(send(p.stream.fd, "unread", 6, 0), 6);
	(void)close(p.peer);
	p.peer = -1;
	turn(&p);
	expect_none(&p, LINE_FAILED);
	ck_assert_int_eq(lines_write(&p.lines, "x", 1), 0);
	ck_assert_int_eq(lines_flush(&p.lines), IO_FAILED);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_line_comes_when_its_end_does, 0 },
		{ a_line_is_as_long_as_it_may_be_and_no_longer, 0 },
		{ a_line_that_is_too_long_is_told_once, 0 },
		{ a_nul_inside_is_told_by_the_length, 0 },
		{ a_line_that_was_handed_out_is_wiped, 0 },
		{ a_line_is_queued_whole_or_not_at_all, ROWS(rooms) },
		{ what_does_not_fit_into_the_socket_waits, 0 },
		{ a_connection_that_fails_is_no_end, 0 },
		{ the_rest_of_a_line_has_room_when_the_one_before_is_gone, 0 },
		{ what_is_gone_makes_room_in_the_queue, 0 },
	};

	return test_main("lines", cases, ROWS(cases));
}
