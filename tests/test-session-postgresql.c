/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a client of PostgreSQL says in clear.  tests/story/postgres.py has
 * what it says inside TLS, and the real ones.
 */
#include <config.h>
#include "tests/session-stage.h"

#define SSL "\0\0\0\010\x04\xd2\x16\x2f"
#define GSS "\0\0\0\010\x04\xd2\x16\x30"
#define CANCEL                       \
	"\0\0\0\020\x04\xd2\x16\x2e" \
	"12345678"
#define STARTUP        "\0\0\0\020\0\003\0\0user\0x\0\0"

#define BYTES(literal) literal, sizeof(literal) - 1

/* All that is there is seen at once: more turns than it takes. */
static void
settle(struct play *p)
{
	for (int turn = 0; turn < 8 && p->closed == 0; turn++)
		(void)ev_run(p->host.loop, EVRUN_NOWAIT);
}

static void
say(struct play *p, const char *bytes, size_t len)
{
	ck_assert_int_eq(
	    send(p->client, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	settle(p);
}

/* Nothing but these bytes has come. */
static void
expect_bytes(int fd, const char *bytes, size_t len)
{
	char buf[128];
	ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);

	ck_assert_int_eq(n < 0 ? 0 : n, (ssize_t)len);
	ck_assert_mem_eq(buf, bytes, len);
}

/* The letter that the first message is answered with, 0 for none. */
static const struct {
	const char *first;
	size_t first_len;
	char answer;
	const char *passed;
	size_t passed_len;
} passes[] = {
	{ BYTES(""), 0, BYTES(STARTUP) },
	{ BYTES(""), 0, BYTES(STARTUP "and what follows it") },
	{ BYTES(""), 0, BYTES(CANCEL) },
	{ BYTES(GSS), 'N', BYTES(STARTUP) },
	{ BYTES(GSS), 'N', BYTES(GSS) },
	/* of another length, or with another code */
	{ BYTES(""), 0,
	    BYTES("\0\0\0\011\x04\xd2\x16\x2f"
		  "x") },
	{ BYTES(""), 0, BYTES("\0\0\0\010\x04\xd2\x16\x31") },
	{ BYTES(""), 0, BYTES("GET / HTTP/1.1\r\n\r\n") },
};

/* Whole, or a byte at a time. */
START_TEST(what_is_no_request_comes_to_the_backend_as_it_is)
{
	size_t row = (size_t)_i / 2, step = _i % 2 == 0 ? 1000 : 1;
	struct play p = { .listen.protocol = LISTEN_POSTGRESQL };
	const char *at = passes[row].passed, *end_at = at;

	begin(&p);
	end_at += passes[row].passed_len;
	say(&p, passes[row].first, passes[row].first_len);
	expect_bytes(p.client, &passes[row].answer, passes[row].answer != 0);
	ck_assert_uint_eq(p.welcome, 0);
	while (at < end_at) {
		size_t left = (size_t)(end_at - at);
		size_t n = left < step ? left : step;

		say(&p, at, n);
		at += n;
	}
	expect_bytes(p.backend, passes[row].passed, passes[row].passed_len);
	ck_assert_uint_eq(p.welcome, 1);
	ck_assert_uint_eq(p.published, 1);
	ck_assert(!ev_is_active(&p.session->login));
	put(p.backend, "R");
	expect(&p, p.client, "R");
	end(&p);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
} hasty[] = {
	{ BYTES(SSL STARTUP) },
	{ BYTES(SSL "x") },
	{ BYTES(SSL SSL) },
	{ BYTES(GSS SSL) },
	{ BYTES(GSS STARTUP) },
};

START_TEST(what_follows_a_request_in_clear_ends_the_session)
{
	struct play p = { .listen.protocol = LISTEN_POSTGRESQL };
	char c;

	begin(&p);
	say(&p, hasty[_i].bytes, hasty[_i].len);
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.welcome, 0);
	ck_assert_int_le(recv(p.client, &c, 1, 0), 0);
	ck_assert_int_le(recv(p.backend, &c, 1, 0), 0);
	end(&p);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
} halves[] = {
	{ BYTES("") },
	{ BYTES("\0") },
	{ BYTES("\0\0\0\010\x04\xd2\x16") },
	{ BYTES(GSS) },
};

START_TEST(a_client_that_leaves_before_its_message_is_gone)
{
	struct play p = { .listen.protocol = LISTEN_POSTGRESQL };
	char c;

	begin(&p);
	say(&p, halves[_i].bytes, halves[_i].len);
	ck_assert_uint_eq(p.closed, 0);
	ck_assert(ev_is_active(&p.session->login));
	shutdown(p.client, SHUT_WR);
	settle(&p);
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_int_le(recv(p.backend, &c, 1, 0), 0);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ what_is_no_request_comes_to_the_backend_as_it_is,
		    2 * ROWS(passes) },
		{ what_follows_a_request_in_clear_ends_the_session,
		    ROWS(hasty) },
		{ a_client_that_leaves_before_its_message_is_gone,
		    ROWS(halves) },
	};

	return test_main("session-postgresql", cases, ROWS(cases));
}
