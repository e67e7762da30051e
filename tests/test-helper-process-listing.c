/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The status socket: sessions, counters and penalties, for administrators.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/monitor/status/reply.h"
#include "tests/status-stage.h"

/* All answers to one question, at most `max` of them.  Returns how many. */
static size_t
ask_all(const char *question, size_t len, struct stssl_record *ret, size_t max)
{
	static char buf[STSSL_RECORD_MAX];
	size_t count = 0;
	int fd = dial();
	ssize_t n;

	ck_assert_int_eq(send(fd, question, len, 0), (int)len);
	while ((n = hear(fd, buf, sizeof buf)) > 0) {
		ck_assert_uint_lt(count, max);
		stssl_record_init(&ret[count]);
		ck_assert_int_eq(
		    stssl_record_decode(buf, (size_t)n, &ret[count]), 0);
		count++;
	}
	ck_assert_int_eq(n, 0);
	(void)close(fd);
	return count;
}

static const char *
get(const struct stssl_record *record, enum stssl_key key)
{
	return stssl_record_get(record, key);
}

START_TEST(a_list_goes_from_session_to_session)
{
	struct stssl_record answers[3], *first = answers, *second = answers + 1;

	set_up();
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "private")), "done", NULL);
	add_session(2, "192.0.2.8:1");
	ck_assert_uint_eq(ask_all(TEXT(LIST), answers, ROWS(answers)), 3);

	/* The one without a record, by what is known of it. */
	ck_assert_str_eq(get(first, STSSL_KEY_STSSL_RESULT), "found");
	ck_assert_str_eq(get(first, STSSL_KEY_STSSL_SESSION), "2");
	ck_assert_str_eq(get(first, STSSL_KEY_STSSL_LISTENER), "ftp");
	ck_assert_str_eq(get(first, STSSL_KEY_REMOTE_ADDR), "192.0.2.8");
	ck_assert_ptr_nonnull(get(first, STSSL_KEY_STSSL_AGE));

	ck_assert_str_eq(get(second, STSSL_KEY_STSSL_RESULT), "found");
	ck_assert_str_eq(get(second, STSSL_KEY_STSSL_SESSION), "7f3a");
	ck_assert_str_eq(get(second, STSSL_KEY_SSL_PROTOCOL), "TLSv1.3");
	ck_assert_str_eq(get(second, STSSL_KEY_STSSL_USER), "alice");
	ck_assert_str_eq(get(second, STSSL_KEY_STSSL_VERDICT), "accept");
	ck_assert_str_eq(get(second, STSSL_KEY_STSSL_DATA), "private");

	ck_assert_str_eq(get(&answers[2], STSSL_KEY_STSSL_RESULT), "none");
	for (size_t i = 0; i < ROWS(answers); i++)
		stssl_record_done(&answers[i]);
	expect(TEXT(LIST "STSSL_AFTER=7f3a\0"), "none", NULL);
	tear_down();
}
END_TEST

/* Some at a time: the rest is asked for from where the answers end. */
START_TEST(a_long_list_takes_several_questions)
{
	static struct stssl_record answers[ANSWER_SESSIONS_MAX];
	const unsigned total = 5 * ANSWER_SESSIONS_MAX / 2;
	unsigned questions = 0, seen = 0;
	uint64_t last = 1;
	char question[64];
	bool is_over = false;

	set_up();
	for (unsigned i = 1; i < total; i++)
		add_session(i, "192.0.2.8:1");
	for (; !is_over; questions++) {
		const int len = snprintf(question, sizeof question,
		    "STSSL_VERSION=1%cSTSSL_ASK=list%cSTSSL_AFTER=%" PRIx64, 0,
		    0, last);
		size_t n =
		    ask_all(question, (size_t)len + 1, answers, ROWS(answers));

		ck_assert_uint_gt(n, 0);
		for (size_t i = 0; i < n; i++) {
			const char *session =
			    get(&answers[i], STSSL_KEY_STSSL_SESSION);

			is_over = session == NULL;
			if (!is_over) {
				ck_assert_uint_gt(
				    strtoull(session, NULL, 16), last);
				last = strtoull(session, NULL, 16);
				seen++;
			}
			stssl_record_done(&answers[i]);
		}
	}
	/* All but session 1, behind which they were asked for. */
	ck_assert_uint_eq(seen, total - 1);
	ck_assert_uint_eq(last, SESSION);
	ck_assert_uint_le(questions, 3);
	tear_down();
}
END_TEST

START_TEST(metrics_count_what_was_answered)
{
	struct stssl_record answer;
	const char *text;

	set_up();
	publish(HERE);
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "done", NULL);
	expect(TEXT(V "STSSL_ASK=metrics\0"), "found", &answer);
	text = stssl_record_get(&answer, STSSL_KEY_STSSL_METRICS);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(
	    text, "stssl_sessions{listener=\"ftp\",tls=\"TLSv1.3\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nstssl_accepted_total 1\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "stssl_handshakes_total{tls=\"TLSv1.3\"} 1\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "stssl_verdicts_total{verdict=\"accept\","
			 "reason=\"certificate\"} 1\n"));
	ck_assert_str_eq(text + strlen(text) - 6, "# EOF\n");
	stssl_record_done(&answer);
	tear_down();
}
END_TEST

/* With many classes there is more than one packet has room for. */
START_TEST(long_metrics_take_several_packets)
{
	static struct stssl_record answers[4];
	char name[METRICS_CLASS_MAX + 1];
	const char *last = "";
	size_t count, len = 0;

	set_up();
	for (int i = 0; i < METRICS_CLASSES; i++)
		for (int v = 0; v < STSSL_VERDICT_COUNT; v++) {
			(void)snprintf(name, sizeof name, "%064d", i);
			metrics_login(registry_metrics(b.registry), name,
			    (enum stssl_verdict)v);
		}
	count = ask_all(TEXT(V "STSSL_ASK=metrics\0"), answers, ROWS(answers));
	ck_assert_uint_ge(count, 2);
	for (size_t i = 0; i < count; i++) {
		last = get(&answers[i], STSSL_KEY_STSSL_METRICS);
		ck_assert_str_eq(
		    get(&answers[i], STSSL_KEY_STSSL_RESULT), "found");
		ck_assert_ptr_nonnull(last);
		len += strlen(last);
	}
	ck_assert_uint_gt(len, METRICS_CLASSES * STSSL_VERDICT_COUNT * 64);
	ck_assert_str_eq(last + strlen(last) - 6, "# EOF\n");
	for (size_t i = 0; i < count; i++)
		stssl_record_done(&answers[i]);
	tear_down();
}
END_TEST

START_TEST(penalties_are_told_and_can_be_lifted)
{
	struct stssl_record answer;

	set_up();
	expect(TEXT(PENALTIES), "none", NULL);
	penalise("192.0.2.7", 1);
	penalise("2001:db8::7", 2);
	expect(TEXT(PENALTIES), "found", &answer);
	/* IPv4 is kept as ::ffff:0:0/96, so it comes first. */
	ck_assert_str_eq(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 0),
	    "192.0.2.7 100 counted login-failed=1");
	ck_assert_str_eq(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 1),
	    "2001:db8:: 200 refused login-failed=2");
	stssl_record_done(&answer);
	expect(TEXT(PENALTIES "STSSL_AFTER=2001:db8::\0"), "none", NULL);
	expect(TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=2001:db8::9\0"), "done",
	    NULL);
	expect(TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=2001:db8::9\0"), "none",
	    NULL);
	expect(TEXT(PENALTIES "STSSL_AFTER=192.0.2.7\0"), "none", NULL);
	tear_down();
}
END_TEST

START_TEST(many_penalties_take_several_answers)
{
	struct stssl_record answer;
	char ip[32];

	set_up();
	for (int i = 0; i < 300; i++) {
		(void)snprintf(ip, sizeof ip, "10.0.%d.%d", i / 256, i % 256);
		penalise(ip, 1);
	}
	expect(TEXT(PENALTIES), "found", &answer);
	ck_assert_ptr_nonnull(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 255));
	stssl_record_done(&answer);
	expect(TEXT(PENALTIES "STSSL_AFTER=10.0.0.255\0"), "found", &answer);
	ck_assert_ptr_nonnull(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 43));
	ck_assert_ptr_null(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 44));
	stssl_record_done(&answer);
	tear_down();
}
END_TEST

size_t
listing_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_list_goes_from_session_to_session, 0 },
		{ a_long_list_takes_several_questions, 0 },
		{ metrics_count_what_was_answered, 0 },
		{ long_metrics_take_several_packets, 0 },
		{ penalties_are_told_and_can_be_lifted, 0 },
		{ many_penalties_take_several_answers, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
