/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a session: its record, its backend, and how it ends.
 */
#include <config.h>
#include "tests/session-stage.h"

START_TEST(nothing_is_forwarded_before_the_record_is_published)
{
	struct play p = PASSWORD_PLAY;

	begin(&p);
	p.advice.verdict = STSSL_VERDICT_PASSWORD;
	/* Client and backend are ready to go on as soon as they may. */
	put(p.client, "USER alice\r\n");
	put(p.backend, "220 ready\r\n");
	expect(&p, p.backend, "USER alice\r\n");
	ck_assert_uint_eq(p.published, 1);
	ck_assert(p.backend_was_silent);
	/* FTP clients are welcome when they have logged in. */
	ck_assert(!p.was_welcome);
	end(&p);
}
END_TEST

START_TEST(nothing_is_forwarded_when_the_record_cannot_be_published)
{
	struct play p = { .refuse_publish = true };

	begin(&p);
	put(p.client, "USER alice\r\n");
	put(p.backend, "220 ready\r\n");
	expect(&p, p.backend, "");
	expect_code(&p, "421 ");
	end(&p);
}
END_TEST

START_TEST(the_record_is_withdrawn_before_the_backend_is_closed)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	shutdown(p.client, SHUT_WR);
	expect(&p, p.backend, "");
	/* With the session's own end, which says so, too. */
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.withdrawn, 0);
	ck_assert(p.backend_was_open);
	end(&p);
}
END_TEST

START_TEST(half_a_reply_of_a_backend_gets_no_end_of_ours)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	log_in(&p);
	pass_up(&p, "HELP\r\n");
	pass_down(&p, "214-These\r\n");
	shutdown(p.backend, SHUT_WR);
	expect(&p, p.client, "");
	end(&p);
}
END_TEST

/* What a backend may do wrong, and what its client sees. */
static const struct {
	const char *bytes, *code;
} backend_rows[] = {
	{ "hello\r\n", "421 " },
	{ "", "421 " },
	{ "421 too busy\r\n", "421 too busy" },
	{ "530 go away\r\n", "530 go away" },
};

START_TEST(a_backend_that_does_not_greet_ends_the_session)
{
	struct play p = PASSWORD_PLAY;

	begin(&p);
	put(p.backend, backend_rows[_i].bytes);
	shutdown(p.backend, SHUT_WR);
	expect_code(&p, backend_rows[_i].code);
	while (p.closed == 0)
		ev_run(p.host.loop, EVRUN_ONCE);
	end(&p);
}
END_TEST

/* It need not close the connection itself. */
START_TEST(a_backend_that_greets_with_a_refusal_ends_the_session)
{
	struct play p = PASSWORD_PLAY;

	begin(&p);
	pass_down(&p, "530 not today\r\n");
	expect(&p, p.client, "");
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

START_TEST(a_session_that_has_to_end_says_why)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	log_in(&p);
	session_end_for(p.session, END_CERTIFICATE);
	expect(&p, p.client, "421 Your certificate is not good any more.\r\n");
	expect(&p, p.client, "");
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

START_TEST(an_end_that_comes_while_it_listens_is_not_forgotten)
{
	struct play p = { .demand_end = true };

	begin_greeted(&p);
	put(p.client, "RETR file\r\n");
	for (int i = 0; i < 8 && p.closed == 0; i++)
		ev_run(p.host.loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ nothing_is_forwarded_before_the_record_is_published, 0 },
		{ nothing_is_forwarded_when_the_record_cannot_be_published, 0 },
		{ the_record_is_withdrawn_before_the_backend_is_closed, 0 },
		{ half_a_reply_of_a_backend_gets_no_end_of_ours, 0 },
		{ a_backend_that_does_not_greet_ends_the_session,
		    ROWS(backend_rows) },
		{ a_backend_that_greets_with_a_refusal_ends_the_session, 0 },
		{ a_session_that_has_to_end_says_why, 0 },
		{ an_end_that_comes_while_it_listens_is_not_forgotten, 0 },
	};

	return test_main("session", cases, ROWS(cases));
}
