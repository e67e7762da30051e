/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is received before GnuTLS asks for it, over a socket whose other end the
 * test holds.
 */
#include <config.h>
#include "helper/worker/tls/ahead.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"

#define HEADER 5
#define LONG   16000

struct play {
	struct ahead ahead;
	int fd, peer;
};

static void
begin(struct play *p)
{
	int pair[2];

	*p = (struct play){ 0 };
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	p->fd = pair[0];
	p->peer = pair[1];
}

static void
end(struct play *p)
{
	ahead_done(&p->ahead);
	ck_assert(ahead_is_empty(&p->ahead));
	(void)close(p->fd);
	(void)close(p->peer);
	buffer_done();
}

static const char *
text(void)
{
	static char bytes[4 * LONG];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 251);
	return bytes;
}

static size_t
unread(const struct play *p)
{
	static char bytes[4 * LONG];
	ssize_t n = recv(p->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

/* As GnuTLS asks: the front of a record, its rest; and what that leaves. */
static const struct {
	size_t sent, first, second, left_in_socket;
	bool is_dry;
} records[] = {
	/* a short one, a second one behind it, and nothing of it */
	{ HEADER + 20, HEADER, 20, 0, true },
	{ HEADER + 21, HEADER, 20, 0, false },
	{ 2 * (HEADER + 20), HEADER, 20, 0, false },
	/* a long one, and of the next one its front */
	{ HEADER + LONG, HEADER, LONG, 0, true },
	{ HEADER + LONG + HEADER, HEADER, LONG, 0, false },
	{ HEADER + LONG + HEADER + 9, HEADER, LONG, 9, false },
};

START_TEST(bytes_come_in_order_and_no_more_of_them_than_are_needed)
{
	size_t asked[] = { records[_i].first, records[_i].second }, at = 0;
	char got[LONG];
	struct play p;

	begin(&p);
	ck_assert_int_eq(send(p.peer, text(), records[_i].sent, 0),
	    (ssize_t)records[_i].sent);
	for (size_t i = 0; i < ROWS(asked); i++)
		for (size_t had = 0; had < asked[i];) {
			ssize_t n =
			    ahead_take(&p.ahead, p.fd, got, asked[i] - had);

			ck_assert_int_gt(n, 0);
			ck_assert_mem_eq(got, text() + at, (size_t)n);
			had += (size_t)n;
			at += (size_t)n;
		}
	ck_assert_uint_eq(unread(&p), records[_i].left_in_socket);
	ck_assert(ahead_is_dry(&p.ahead) == records[_i].is_dry);
	end(&p);
}
END_TEST

START_TEST(an_empty_socket_is_asked_once)
{
	struct play p;
	char got[HEADER];

	begin(&p);
	ck_assert_int_eq(ahead_take(&p.ahead, p.fd, got, sizeof got), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert(ahead_is_dry(&p.ahead));
	ck_assert_int_eq(send(p.peer, text(), 3, 0), 3);
	errno = 0;
	ck_assert_int_eq(ahead_take(&p.ahead, p.fd, got, sizeof got), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ahead_look_again(&p.ahead);
	ck_assert_int_eq(ahead_take(&p.ahead, p.fd, got, sizeof got), 3);
	ck_assert(ahead_is_dry(&p.ahead));
	end(&p);
}
END_TEST

START_TEST(an_end_comes_behind_the_bytes_and_is_told_each_time)
{
	struct play p;
	char got[HEADER];

	begin(&p);
	ck_assert_int_eq(send(p.peer, text(), HEADER + 3, 0), HEADER + 3);
	(void)shutdown(p.peer, SHUT_WR);
	ck_assert_int_eq(ahead_take(&p.ahead, p.fd, got, HEADER), HEADER);
	ck_assert(!ahead_is_empty(&p.ahead));
	ahead_look_again(&p.ahead);
	ck_assert_int_eq(ahead_take(&p.ahead, p.fd, got, HEADER), 3);
	ahead_look_again(&p.ahead);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(ahead_take(&p.ahead, p.fd, got, HEADER), 0);
		ck_assert(!ahead_is_dry(&p.ahead));
	}
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ bytes_come_in_order_and_no_more_of_them_than_are_needed,
		    ROWS(records) },
		{ an_empty_socket_is_asked_once, 0 },
		{ an_end_comes_behind_the_bytes_and_is_told_each_time, 0 },
	};

	return test_main("ahead", cases, ROWS(cases));
}
