/* SPDX-License-Identifier: BSD-2-Clause
 *
 * USER, PASS and what the advisor says to them.
 */
#include <config.h>
#include "tests/session-stage.h"

#include <regex.h>

static const struct {
	enum stssl_reason reason;
	const char *reply;
} refusal_rows[] = {
	{ STSSL_REASON_TLS_REQUIRED, "530 TLS required; use AUTH TLS.\r\n" },
	{ STSSL_REASON_TLS_TOO_OLD,
	    "530 A newer TLS version is required.\r\n" },
	{ STSSL_REASON_NO_CERTIFICATE, "530 Client certificate required.\r\n" },
	{ STSSL_REASON_BAD_CERTIFICATE,
	    "530 The certificate is not accepted: certificate expired.\r\n" },
	{ STSSL_REASON_NOT_THIS_USER,
	    "530 The certificate does not belong to this user.\r\n" },
	{ STSSL_REASON_AMBIGUOUS,
	    "530 The certificate is several users'; name one with USER.\r\n" },
	{ STSSL_REASON_NO_CLASS, "530 Login refused.\r\n" },
	{ STSSL_REASON_CLASS_REFUSES, "530 Login refused.\r\n" },
	{ STSSL_REASON_BAD_USER, "530 Login refused.\r\n" },
	{ STSSL_REASON_HELPER, "530 Login refused.\r\n" },
	{ STSSL_REASON_CONFIGURATION, "530 Login refused.\r\n" },
	{ STSSL_REASON_INTERNAL, "530 Login refused.\r\n" },
};

START_TEST(a_refused_user_is_told_at_user_and_the_backend_is_not)
{
	struct play p = { .advice = { .reason = refusal_rows[_i].reason,
			      .failure = STSSL_FAILURE_EXPIRED } };

	begin_greeted(&p);
	put(p.client, "USER alice\r\n");
	expect(&p, p.client, refusal_rows[_i].reply);
	put(p.client, "PASS secret\r\n");
	expect(&p, p.client, "503 Login with USER first.\r\n");
	ck_assert(is_silent(p.backend));
	ck_assert_str_eq(p.asked_for, "alice");
	end(&p);
}
END_TEST

/* lftp's default ftp:retry-530 and what it would make of our texts. */
START_TEST(no_refusal_makes_lftp_try_again)
{
	regex_t retry;

	ck_assert_int_eq(
	    regcomp(&retry,
		"too many|overloaded|try (again |back )?later|is restricted to|"
		"maximum number|number of connect|only.*session.*allowed|"
		"more connection|already connected|simultaneous login",
		REG_EXTENDED | REG_ICASE | REG_NOSUB),
	    0);
	ck_assert_int_eq(
	    regexec(&retry, refusal_rows[_i].reply, 0, NULL, 0), REG_NOMATCH);
	regfree(&retry);
}
END_TEST

START_TEST(refusals_have_an_end)
{
	struct play p = { .advice.reason = STSSL_REASON_NO_CLASS };

	begin_greeted(&p);
	for (int i = 0; i < 4; i++) {
		put(p.client, "USER alice\r\n");
		expect_code(&p, "530 ");
	}
	put(p.client, "USER alice\r\n");
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.failed[PENALTY_LOGIN_FAILED], 5);
	end(&p);
}
END_TEST

START_TEST(wrong_passwords_have_an_end)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	for (int i = 0; i < 5; i++) {
		name_user(&p);
		pass_up(&p, "PASS x\r\n");
		put(p.backend, "530-No.\r\n530 Login incorrect.\r\n");
		expect(&p, p.client,
		    i < 4 ? "530-No.\r\n530 Login incorrect.\r\n"
			  : "421 Too many failed logins.\r\n");
	}
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.welcome, 0);
	ck_assert_uint_eq(p.failed[PENALTY_LOGIN_FAILED], 5);
	end(&p);
}
END_TEST

START_TEST(a_failed_login_is_answered_after_a_while)
{
	struct play p = { .advice.reason = STSSL_REASON_NO_CLASS };

	begin(&p);
	p.listen.failed_login_seconds = 1;
	pass_down(&p, "220 ready\r\n");
	put(p.client, "USER alice\r\nUSER bob\r\n");
	for (int i = 0; i < 8; i++)
		ev_run(p.host.loop, EVRUN_NOWAIT);
	ck_assert(is_silent(p.client));
	ck_assert_uint_eq(p.asked, 1);
	expect(&p, p.client, "530 Login refused.\r\n");
	end(&p);
}
END_TEST

START_TEST(a_user_who_is_logged_in_is_no_newcomer)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	name_user(&p);
	ck_assert_uint_eq(p.welcome, 0);
	pass_up(&p, "PASS x\r\n");
	pass_down(&p, "230 ok\r\n");
	ck_assert_uint_eq(p.welcome, 1);
	end(&p);
}
END_TEST

START_TEST(a_password_is_asked_about_again_before_it_is_forwarded)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	name_user(&p);
	p.advice.verdict = STSSL_VERDICT_REFUSE;
	p.advice.reason = STSSL_REASON_TLS_REQUIRED;
	put(p.client, "PASS secret\r\n");
	expect_code(&p, "530 ");
	ck_assert(is_silent(p.backend));
	ck_assert_uint_eq(p.asked, 2);
	end(&p);
}
END_TEST

START_TEST(each_user_is_asked_about_anew)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	name_user(&p);
	p.advice.verdict = STSSL_VERDICT_REFUSE;
	put(p.client, "USER bob\r\n");
	expect_code(&p, "530 ");
	put(p.client, "PASS secret\r\n");
	expect_code(&p, "503 ");
	ck_assert_str_eq(p.asked_for, "bob");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* Up to the nonce, which nobody can know. */
static void
log_in_by_certificate(struct play *p)
{
	char line[128];

	pass_up(p, "USER alice\r\n");
	put(p->backend, "331 password?\r\n");
	get(p, p->backend, line, sizeof line);
	ck_assert_uint_eq(strspn(line + 5, "0123456789abcdef"), 32);
	memcpy(line + 5, "\r\n", 3);
	ck_assert_str_eq(line, "PASS \r\n");
}

START_TEST(a_login_by_certificate_asks_for_no_password)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_ACCEPT };

	begin_greeted(&p);
	log_in_by_certificate(&p);
	put(p.backend, "230-Hello\r\n230 welcome\r\n");
	expect(&p, p.client,
	    "232-Hello\r\n"
	    "232 User logged in, authorized by certificate.\r\n");
	put(p.client, "PASS anyway\r\n");
	expect_code(&p, "230 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

START_TEST(clients_that_know_no_232_may_be_asked_for_any_password)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_ACCEPT,
		.listen.certificate_reply_331 = true };

	begin_greeted(&p);
	log_in_by_certificate(&p);
	put(p.backend, "230-Hello\r\n230 welcome\r\n");
	expect(&p, p.client,
	    "331-Hello\r\n"
	    "331 Authorized by certificate; any password will do.\r\n");
	put(p.client, "PASS whatever\r\n");
	expect_code(&p, "230 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* A password that follows a refused name is not taken for the old one's. */
START_TEST(a_password_after_a_name_that_was_refused_has_no_user)
{
	bool by_certificate = _i == 1;
	struct play p = { .advice.verdict = by_certificate
						? STSSL_VERDICT_ACCEPT
						: STSSL_VERDICT_PASSWORD };

	begin_greeted(&p);
	if (by_certificate) {
		log_in_by_certificate(&p);
		put(p.backend, "230 welcome\r\n");
		expect_code(&p, "232 ");
	} else {
		log_in(&p);
	}
	put(p.client, "USER carol\r\n");
	expect_code(&p, "530 ");
	put(p.client, "PASS x\r\n");
	expect_code(&p, "503 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* At a deadline of the session's own, and what comes after it is too late. */
START_TEST(a_question_that_nobody_answers_is_a_refusal)
{
	struct play p = PASSWORD_PLAY;
	struct message_advice late = { .verdict = STSSL_VERDICT_ACCEPT };

	p.is_unanswered = true;
	begin_greeted(&p);
	put(p.client, "USER alice\r\n");
	while (p.asked == 0)
		ev_run(p.host.loop, EVRUN_ONCE);
	ck_assert(is_silent(p.client));
	ev_feed_event(p.host.loop, &p.session->question.deadline, EV_TIMER);
	expect(&p, p.client, "530 Login refused.\r\n");
	late.serial = p.session->question.serial;
	session_advice(p.session, &late);
	for (int i = 0; i < 8; i++)
		ev_run(p.host.loop, EVRUN_NOWAIT);
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* Asked about or not, a name in use does not make way for another. */
START_TEST(a_user_who_is_logged_in_stays_the_same)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	log_in(&p);
	put(p.client, "USER bob\r\n");
	expect(&p, p.client, "530 Already logged in as another user.\r\n");
	ck_assert(is_silent(p.backend));
	pass_up(&p, "USER alice\r\n");
	put(p.backend, "331 Any password will do.\r\n");
	expect_code(&p, "331 ");
	end(&p);
}
END_TEST

START_TEST(advice_to_accept_is_not_a_login)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_ACCEPT };

	begin_greeted(&p);
	log_in_by_certificate(&p);
	pass_down(&p, "530 Login incorrect.\r\n");
	pass_up(&p, "RETR a\r\n");
	end(&p);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_refused_unasked)
{
	struct play p = PASSWORD_PLAY;
	char line[400] = "USER ";

	begin_greeted(&p);
	memset(line + 5, 'a', MESSAGE_USER_MAX + 1);
	memcpy(line + 5 + MESSAGE_USER_MAX + 1, "\r\n", 3);
	put(p.client, line);
	expect_code(&p, "530 ");
	ck_assert_uint_eq(p.asked, 0);
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_refused_user_is_told_at_user_and_the_backend_is_not,
		    ROWS(refusal_rows) },
		{ no_refusal_makes_lftp_try_again, ROWS(refusal_rows) },
		{ refusals_have_an_end, 0 },
		{ wrong_passwords_have_an_end, 0 },
		{ a_failed_login_is_answered_after_a_while, 0 },
		{ a_user_who_is_logged_in_is_no_newcomer, 0 },
		{ a_password_is_asked_about_again_before_it_is_forwarded, 0 },
		{ a_question_that_nobody_answers_is_a_refusal, 0 },
		{ each_user_is_asked_about_anew, 0 },
		{ a_login_by_certificate_asks_for_no_password, 0 },
		{ clients_that_know_no_232_may_be_asked_for_any_password, 0 },
		{ a_password_after_a_name_that_was_refused_has_no_user, 2 },
		{ a_user_who_is_logged_in_stays_the_same, 0 },
		{ advice_to_accept_is_not_a_login, 0 },
		{ a_name_that_is_too_long_is_refused_unasked, 0 },
	};

	return test_main("session-login", cases, ROWS(cases));
}
