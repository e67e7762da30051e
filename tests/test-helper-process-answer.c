/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The status socket: which session, what was decided about it, and its end.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/tools/address.h"
#include "tests/status-stage.h"

START_TEST(an_answer_is_not_older_than_its_question)
{
	set_up();
	/* Published, but unread, when the question comes. */
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	/* Withdrawn, but unread. */
	withdraw();
	expect(TEXT(QUERY ABOUT("0", HERE)), "none", NULL);
	tear_down();
}
END_TEST

START_TEST(a_question_that_waits_is_answered_with_what_came_meanwhile)
{
	char buf[512];
	int fd;

	set_up();
	fd = dial();
	ev_run(b.loop, EVRUN_ONCE);
	ck_assert_int_gt(send(fd, TEXT(QUERY ABOUT("0", HERE)), 0), 0);
	publish(HERE);
	ck_assert_int_gt(hear(fd, buf, sizeof buf), 100);
	(void)close(fd);
	tear_down();
}
END_TEST

START_TEST(the_answer_has_the_records_keys)
{
	struct stssl_record answer;

	set_up();
	publish(HERE);
	expect(
	    TEXT(QUERY ABOUT("0", THERE) ABOUT("1", HERE)), "found", &answer);
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_SESSION), "7f3a");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_SSL_PROTOCOL), "TLSv1.3");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_REMOTE_ADDR), "192.0.2.7");
	stssl_record_done(&answer);
	tear_down();
}
END_TEST

START_TEST(connections_of_two_sessions_are_ambiguous)
{
	static const char other[] = "x";
	struct stssl_connection there;

	set_up();
	publish(HERE);
	ck_assert_int_eq(stssl_connection_parse(THERE, &there), 0);
	add_session(2, "192.0.2.8:1");
	ck_assert_int_eq(registry_publish(b.registry,
			     registry_find(b.registry, 2), &there, other, 1),
	    0);
	expect(
	    TEXT(QUERY ABOUT("0", HERE) ABOUT("1", THERE)), "ambiguous", NULL);
	expect(TEXT(QUERY ABOUT("0", HERE) ABOUT("1", HERE)), "found", NULL);
	tear_down();
}
END_TEST

/* Which is not drawn for a session here. */
static const struct {
	const char *key, *result;
} sources[] = {
	{ "1 0.0.0.0:0 127.0.0.1:0", "ambiguous" },
	{ "1 [::]:0 127.0.0.1:0", "ambiguous" },
	{ "1 0.0.0.0:0 127.0.0.2:0", "none" },
	{ "1 0.0.0.0:0 127.0.0.0:0", "none" },
	{ "2 0.0.0.0:0 127.0.0.1:0", "none" },
};

START_TEST(a_connection_that_two_sessions_claim_is_ambiguous)
{
	struct stssl_connection here;

	set_up();
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	ck_assert_int_eq(stssl_connection_parse(HERE, &here), 0);
	add_session(2, "192.0.2.8:1");
	ck_assert_int_eq(registry_publish(b.registry,
			     registry_find(b.registry, 2), &here, TEXT("x")),
	    0);
	ck_assert_uint_eq(registry_settle(b.registry), 1);
	expect(TEXT(QUERY ABOUT("0", HERE)), "ambiguous", NULL);
	/* It has the connection, since it says so once more. */
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	tear_down();
}
END_TEST

START_TEST(an_address_alone_is_certain_only_if_it_is_the_sessions_own)
{
	char question[256];
	int len;

	set_up();
	publish(HERE);
	len = snprintf(question, sizeof question,
	    "STSSL_VERSION=1%cSTSSL_ASK=query%cSTSSL_CONNECTION_0=%s", 0, 0,
	    sources[_i].key);
	expect(question, (size_t)len + 1, sources[_i].result, NULL);
	tear_down();
}
END_TEST

/* Whether it may be another client of the backend of HERE. */
static const struct {
	const char *key, *result;
} others[] = {
	{ "1 127.0.0.1:2121 127.0.0.1:40001", "ambiguous" },
	{ "1 127.0.0.1:2121 192.0.2.1:40000", "ambiguous" },
	{ "2 127.0.0.1:2121 127.0.0.1:40000", "ambiguous" },
	/* it may listen on all addresses */
	{ "1 192.0.2.9:2121 192.0.2.1:50000", "ambiguous" },
	{ "1 [::1]:2121 [::1]:50000", "ambiguous" },
	/* what is left of one */
	{ "1 127.0.0.1:2121 [::]:0", "ambiguous" },
	/* data connections, and those to a directory */
	{ "1 127.0.0.1:20 127.0.0.1:40001", "found" },
	{ "1 127.0.0.1:30000 127.0.0.1:40001", "found" },
	{ "1 127.0.0.1:40001 127.0.0.1:2121", "found" },
};

START_TEST(another_client_of_the_backend_is_ambiguous)
{
	char question[512];
	int len;

	set_up();
	publish(HERE);
	for (unsigned here = 0; here < 2; here++) {
		len = snprintf(question, sizeof question,
		    "STSSL_VERSION=1%cSTSSL_ASK=query%c"
		    "STSSL_CONNECTION_%u=%s%cSTSSL_CONNECTION_%u=%s",
		    0, 0, 0, here == 0 ? HERE : others[_i].key, 0, 1,
		    here == 0 ? others[_i].key : HERE);
		expect(question, (size_t)len + 1, others[_i].result, NULL);
	}
	tear_down();
}
END_TEST

static const struct {
	const char *text;
	size_t len;
} malformed[] = {
	{ TEXT("x") },
	{ TEXT(V) },
	{ TEXT("STSSL_VERSION=2\0STSSL_ASK=query\0" ABOUT("0", HERE)) },
	{ TEXT(V "STSSL_ASK=lists\0") },
	{ TEXT(V "STSSL_ASK=list\0STSSL_AFTER=0\0") },
	{ TEXT(V "STSSL_ASK=list\0STSSL_AFTER=x\0") },
	{ TEXT(V "STSSL_ASK=list\0STSSL_SESSION=7f3a\0") },
	{ TEXT(V "STSSL_ASK=kick\0") },
	{ TEXT(V "STSSL_ASK=reload\0STSSL_SESSION=1\0") },
	{ TEXT(V "STSSL_ASK=kick\0STSSL_SESSION=0\0") },
	{ TEXT(V "STSSL_ASK=kick\0STSSL_SESSION=7f3a\0STSSL_AFTER=1\0") },
	{ TEXT(V "STSSL_ASK=metrics\0STSSL_SESSION=7f3a\0") },
	{ TEXT(V "STSSL_ASK=penalties\0STSSL_AFTER=7f3a\0") },
	{ TEXT(V "STSSL_ASK=penalties\0REMOTE_ADDR=192.0.2.7\0") },
	{ TEXT(V "STSSL_ASK=pardon\0") },
	{ TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=192.0.2.0/24\0") },
	{ TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=::1\0REMOTE_PORT=1\0") },
	{ TEXT(QUERY) },
	{ TEXT(V ABOUT("0", HERE)) },
	{ TEXT(QUERY ABOUT("0", "somewhere")) },
	{ TEXT(QUERY ABOUT("1", HERE)) },
	{ TEXT(QUERY ABOUT("0", HERE) "STSSL_USER=alice\0") },
	{ TEXT(QUERY ABOUT("0", HERE) ABOUT("1", HERE) ABOUT("2", HERE) ABOUT(
	    "3", HERE) ABOUT("4", HERE) ABOUT("5", HERE) ABOUT("6", HERE)
		ABOUT("7", HERE) ABOUT("8", HERE) ABOUT("9", HERE) ABOUT("10",
		    HERE) ABOUT("11", HERE) ABOUT("12", HERE) ABOUT("13", HERE)
		    ABOUT("14", HERE) ABOUT("15", HERE) ABOUT("16", HERE)) },
	{ TEXT(VERDICT("7F3A", "accept", "any")) },
	{ TEXT(VERDICT("", "accept", "any")) },
	{ TEXT(VERDICT("10000000000000000", "accept", "any")) },
	{ TEXT(VERDICT("7f3a", "maybe", "any")) },
	{ TEXT(VERDICT("7f3a", "accept", "")) },
	{ TEXT(VERDICT("7f3a", "accept", "any") ABOUT("0", HERE)) },
	{ TEXT(V "STSSL_ASK=verdict\0STSSL_SESSION=7f3a\0") },
};

START_TEST(what_is_no_question_is_told_so)
{
	set_up();
	publish(HERE);
	expect(malformed[_i].text, malformed[_i].len, "malformed", NULL);
	ck_assert_uint_eq(b.told, 0);
	tear_down();
}
END_TEST

START_TEST(the_longest_packet_is_no_question)
{
	char *text = malloc(STSSL_RECORD_MAX + 1);

	set_up();
	memset(text, 'x', STSSL_RECORD_MAX + 1);
	expect(text, STSSL_RECORD_MAX, "malformed", NULL);
	expect(text, STSSL_RECORD_MAX + 1, "malformed", NULL);
	free(text);
	tear_down();
}
END_TEST

START_TEST(a_verdict_reaches_the_worker_before_it_is_done)
{
	set_up();
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "private")), "done", NULL);
	ck_assert_uint_eq(b.told, 1);
	ck_assert_int_eq(b.verdict, STSSL_VERDICT_ACCEPT);
	ck_assert(b.data_private);
	expect(TEXT(VERDICT("7f3a", "refuse", "any")), "done", NULL);
	ck_assert_int_eq(b.verdict, STSSL_VERDICT_REFUSE);
	ck_assert(!b.data_private);
	tear_down();
}
END_TEST

/* Their certificates may be from a handshake that was long ago. */
START_TEST(sessions_that_are_passed_on_are_asked_about_at_their_server)
{
	set_up();
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	pass_on(true);
	expect(TEXT(QUERY ABOUT("0", HERE)), "none", NULL);
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "denied", NULL);
	ck_assert_uint_eq(b.told, 0);
	tear_down();
}
END_TEST

START_TEST(a_verdict_for_nobody_is_not_done)
{
	set_up();
	/* Nothing published yet; no such session; a worker that is full. */
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "none", NULL);
	publish(HERE);
	expect(TEXT(VERDICT("7f3b", "accept", "any")), "none", NULL);
	b.is_lost = true;
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "none", NULL);
	ck_assert_uint_eq(b.told, 0);
	tear_down();
}
END_TEST

START_TEST(a_kick_reaches_the_worker_of_that_session)
{
	set_up();
	expect(TEXT(KICK("7f3b")), "none", NULL);
	b.is_lost = true;
	expect(TEXT(KICK("7f3a")), "none", NULL);
	ck_assert_uint_eq(b.kicked, 0);
	b.is_lost = false;
	expect(TEXT(KICK("7f3a")), "done", NULL);
	ck_assert_uint_eq(b.kicked, 1);
	tear_down();
}
END_TEST

/* Its worker is dead, and it has yet to be swept. */
START_TEST(sessions_of_a_dead_worker_are_as_good_as_none)
{
	set_up();
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	registry_remove_owner(b.registry, &b);
	ck_assert(registry_has_gone(b.registry));
	expect(TEXT(QUERY ABOUT("0", HERE)), "none", NULL);
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "none", NULL);
	expect(TEXT(KICK("7f3a")), "none", NULL);
	expect(TEXT(LIST), "none", NULL);
	ck_assert_uint_eq(b.told + b.kicked, 0);
	/* It is counted, so that its place is not given away too early. */
	ck_assert_uint_eq(
	    census_of(registry_census(b.registry), 0, NULL).sessions, 1);
	ck_assert(!registry_sweep(b.registry, 1));
	ck_assert_uint_eq(
	    census_of(registry_census(b.registry), 0, NULL).sessions, 0);
	tear_down();
}
END_TEST

START_TEST(a_refusal_of_the_module_is_told_to_who_penalises)
{
	set_up();
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "done", NULL);
	ck_assert_uint_eq(b.refused, 0);
	expect(TEXT(VERDICT("7f3a", "refuse", "any")), "done", NULL);
	ck_assert_uint_eq(b.refused, 1);
	tear_down();
}
END_TEST

size_t
answer_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_answer_is_not_older_than_its_question, 0 },
		{ a_question_that_waits_is_answered_with_what_came_meanwhile,
		    0 },
		{ the_answer_has_the_records_keys, 0 },
		{ connections_of_two_sessions_are_ambiguous, 0 },
		{ a_connection_that_two_sessions_claim_is_ambiguous, 0 },
		{ another_client_of_the_backend_is_ambiguous, ROWS(others) },
		{ an_address_alone_is_certain_only_if_it_is_the_sessions_own,
		    ROWS(sources) },
		{ what_is_no_question_is_told_so, ROWS(malformed) },
		{ the_longest_packet_is_no_question, 0 },
		{ a_verdict_reaches_the_worker_before_it_is_done, 0 },
		{ sessions_that_are_passed_on_are_asked_about_at_their_server,
		    0 },
		{ a_verdict_for_nobody_is_not_done, 0 },
		{ a_kick_reaches_the_worker_of_that_session, 0 },
		{ sessions_of_a_dead_worker_are_as_good_as_none, 0 },
		{ a_refusal_of_the_module_is_told_to_who_penalises, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
