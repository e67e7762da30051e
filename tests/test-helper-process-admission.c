/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who is counted, and who is let in.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/source.h"
#include "helper/monitor/registry/admission.h"
#include "helper/monitor/registry/registry.h"
#include "helper/monitor/registry/told.h"

/* The sessions that are still there. */
static void
forget(struct census *census)
{
	tdestroy(census->counts, free);
}

static struct stssl_address
ip(const char *text)
{
	struct stssl_address a;

	ck_assert_int_eq(stssl_ip_parse(text, &a), 0);
	return a;
}

static void
enter(struct census *c, uint32_t listener, const char *from, unsigned times)
{
	const struct stssl_address a = ip(from);

	while (times-- > 0)
		ck_assert_int_eq(census_enter(c, listener, &a), 0);
}

static size_t
count_from(const struct census *c, uint32_t listener, const char *from)
{
	const struct stssl_address a = ip(from);

	return census_of(c, listener, &a).sessions;
}

START_TEST(sessions_are_counted_by_listener_and_address)
{
	struct census c = { NULL };

	enter(&c, 0, "192.0.2.1", 3);
	enter(&c, 0, "192.0.2.2", 2);
	enter(&c, 1, "192.0.2.1", 1);
	ck_assert_uint_eq(census_of(&c, 0, NULL).sessions, 5);
	ck_assert_uint_eq(census_of(&c, 1, NULL).sessions, 1);
	ck_assert_uint_eq(count_from(&c, 0, "192.0.2.1"), 3);
	ck_assert_uint_eq(count_from(&c, 1, "192.0.2.1"), 1);
	ck_assert_uint_eq(count_from(&c, 1, "192.0.2.2"), 0);
	forget(&c);
}
END_TEST

/* The network of ::1 has no bit that is set. */
START_TEST(no_address_is_taken_for_the_whole_listener)
{
	struct census c = { NULL };

	enter(&c, 0, "192.0.2.1", 3);
	enter(&c, 0, "::1", 1);
	ck_assert_uint_eq(count_from(&c, 0, "::1"), 1);
	ck_assert_uint_eq(census_of(&c, 0, NULL).sessions, 4);
	forget(&c);
}
END_TEST

START_TEST(an_ipv6_client_counts_for_its_network)
{
	struct census c = { NULL };

	enter(&c, 0, "2001:db8::1", 1);
	enter(&c, 0, "2001:db8::ffff:1", 1);
	enter(&c, 0, "2001:db8:0:1::1", 1);
	ck_assert_uint_eq(count_from(&c, 0, "2001:db8::9"), 2);
	ck_assert_uint_eq(count_from(&c, 0, "2001:db8:0:1::"), 1);
	forget(&c);
}
END_TEST

/* Whatever was in its bytes before. */
START_TEST(a_source_has_no_stray_bytes)
{
	const struct stssl_address v6 = ip("2001:db8:1:2:3:4:5:6"),
				   v4 = ip("192.0.2.1");
	uint8_t source[16];

	memset(source, 0xaa, sizeof source);
	client_source(&v6, source);
	ck_assert_mem_eq(source, "\x20\x01\x0d\xb8\0\1\0\2\0\0\0\0\0\0\0", 16);
	memset(source, 0xaa, sizeof source);
	client_source(&v4, source);
	ck_assert_mem_eq(source, v4.ip, 16);
}
END_TEST

START_TEST(who_is_welcome_is_no_newcomer_and_who_leaves_is_gone)
{
	const struct stssl_address a = ip("192.0.2.1");
	struct census c = { NULL };

	enter(&c, 0, "192.0.2.1", 2);
	census_welcome(&c, 0, &a);
	ck_assert_uint_eq(census_of(&c, 0, &a).newcomers, 1);
	ck_assert_uint_eq(census_of(&c, 0, NULL).newcomers, 1);
	census_leave(&c, 0, &a, false);
	ck_assert_uint_eq(census_of(&c, 0, &a).sessions, 1);
	ck_assert_uint_eq(census_of(&c, 0, &a).newcomers, 1);
	census_leave(&c, 0, &a, true);
	ck_assert_ptr_null(c.counts);
}
END_TEST

START_TEST(the_registry_counts_its_sessions)
{
	const struct stssl_address a = ip("192.0.2.1");
	struct registry *r = registry_new();
	const struct census *c = registry_census(r);
	int owner;

	ck_assert_int_eq(registry_add(r, 1, &owner, 0, &a), 0);
	ck_assert_int_eq(registry_add(r, 2, &owner, 0, &a), 0);
	ck_assert_int_eq(registry_add(r, 2, &owner, 0, &a), -EEXIST);
	ck_assert_uint_eq(census_of(c, 0, &a).sessions, 2);
	registry_welcome(r, registry_find(r, 1));
	registry_welcome(r, registry_find(r, 1));
	ck_assert_uint_eq(census_of(c, 0, &a).newcomers, 1);
	registry_remove(r, registry_find(r, 1));
	ck_assert_uint_eq(census_of(c, 0, &a).newcomers, 1);
	registry_remove_owner(r, &owner);
	(void)registry_sweep(r, 1);
	ck_assert_uint_eq(census_of(c, 0, NULL).sessions, 0);
	(void)registry_free(r);
}
END_TEST

START_TEST(a_client_of_a_proxy_is_counted_when_it_is_known)
{
	const struct stssl_address proxy = ip("192.0.2.1"),
				   client = ip("192.0.2.2");
	struct registry *r = registry_new();
	const struct census *c = registry_census(r);
	struct session_entry *entry;
	int owner;

	ck_assert_int_eq(registry_add(r, 1, &owner, 0, &proxy), 0);
	entry = registry_find(r, 1);
	registry_await(r, entry);
	ck_assert_uint_eq(census_of(c, 0, NULL).sessions, 1);
	ck_assert_uint_eq(census_of(c, 0, NULL).newcomers, 1);
	ck_assert_uint_eq(census_of(c, 0, &proxy).sessions, 0);
	ck_assert_int_eq(
	    registry_introduce(r, entry, _i == 0 ? &client : NULL), 0);
	ck_assert_uint_eq(census_of(c, 0, NULL).sessions, 1);
	ck_assert_uint_eq(census_of(c, 0, &proxy).sessions, 0);
	ck_assert_uint_eq(census_of(c, 0, &client).sessions, _i == 0);
	ck_assert_uint_eq(census_of(c, 0, &client).newcomers, _i == 0);
	registry_welcome(r, entry);
	ck_assert_uint_eq(census_of(c, 0, NULL).newcomers, 0);
	ck_assert_uint_eq(census_of(c, 0, &client).newcomers, 0);
	registry_remove(r, entry);
	ck_assert_uint_eq(census_of(c, 0, NULL).sessions, 0);
	ck_assert_uint_eq(census_of(c, 0, &client).sessions, 0);
	ck_assert_ptr_null(c->counts);
	(void)registry_free(r);
}
END_TEST

START_TEST(a_client_of_a_proxy_is_checked_in_two_steps)
{
	const struct listen_config limits = { .max_sessions_per_address = 2,
		.max_newcomers_per_address = 1 };
	const struct stssl_address client = ip("192.0.2.1");
	struct census c = { NULL };

	enter(&c, 0, "192.0.2.1", 2);
	ck_assert_int_eq(admission_check(&limits, &c, 0, NULL), ADMISSION_YES);
	ck_assert_int_eq(admission_check_address(&limits, &c, 0, &client),
	    ADMISSION_ADDRESS);
	census_leave(&c, 0, &client, true);
	ck_assert_int_eq(admission_check_address(&limits, &c, 0, &client),
	    ADMISSION_ADDRESSES_NEWCOMERS);
	census_welcome(&c, 0, &client);
	ck_assert_int_eq(
	    admission_check_address(&limits, &c, 0, &client), ADMISSION_YES);
	forget(&c);
}
END_TEST

/* More sources than are remembered; an hour later they are news again. */
START_TEST(a_source_is_told_of_once)
{
	static struct told told;
	struct stssl_address a = ip("192.0.2.0");

	for (int round = 0; round < 2; round++)
		for (uint8_t i = 0; i < TOLD_SOURCES; i++) {
			a.ip[15] = i;
			a.port++;
			ck_assert_int_eq(
			    told_is_new(&told, &a, 1000 + round), round == 0);
		}
	a.ip[15] = 0;
	ck_assert(!told_is_new(&told, &a, 999 + TOLD_MS));
	ck_assert(told_is_new(&told, &a, 1000 + TOLD_MS));
	ck_assert(!told_is_new(&told, &a, 1001 + TOLD_MS));
}
END_TEST

/* With 4 newcomers from 192.0.2.1 and 2 from 192.0.2.2. */
static const struct {
	const char *from;
	struct listen_config limits;
	enum admission admission;
} admissions[] = {
	{ "192.0.2.1", { .max_sessions = 0 }, ADMISSION_YES },
	{ "192.0.2.1", { .max_sessions = 7 }, ADMISSION_YES },
	{ "192.0.2.3", { .max_sessions = 6 }, ADMISSION_SESSIONS },
	{ "192.0.2.1", { .max_sessions_per_address = 5 }, ADMISSION_YES },
	{ "192.0.2.1", { .max_sessions_per_address = 4 }, ADMISSION_ADDRESS },
	{ "192.0.2.2", { .max_sessions_per_address = 4 }, ADMISSION_YES },
	{ "192.0.2.1", { .max_newcomers_per_address = 4 },
	    ADMISSION_ADDRESSES_NEWCOMERS },
	{ "192.0.2.2", { .max_newcomers_per_address = 4 }, ADMISSION_YES },
	{ "192.0.2.3", { .max_newcomers = { 7, 100, 7 } }, ADMISSION_YES },
	{ "192.0.2.3", { .max_newcomers = { 6, 1, 6 } }, ADMISSION_NEWCOMERS },
	{ "192.0.2.3", { .max_newcomers = { 6, 100, 99 } },
	    ADMISSION_NEWCOMERS },
};

START_TEST(limits_send_away_who_is_too_many)
{
	const struct stssl_address a = ip(admissions[_i].from);
	struct census c = { NULL };

	enter(&c, 0, "192.0.2.1", 4);
	enter(&c, 0, "192.0.2.2", 2);
	ck_assert_int_eq(admission_check(&admissions[_i].limits, &c, 0, &a),
	    admissions[_i].admission);
	forget(&c);
}
END_TEST

/* Six are there, and two of them logged in: */
static const struct {
	struct listen_config limits;
	enum admission admission;
} mixed[] = {
	{ { .max_sessions = 6 }, ADMISSION_SESSIONS },
	{ { .max_sessions_per_address = 6 }, ADMISSION_ADDRESS },
	{ { .max_newcomers_per_address = 5 }, ADMISSION_YES },
	{ { .max_newcomers_per_address = 4 }, ADMISSION_ADDRESSES_NEWCOMERS },
	{ { .max_newcomers = { 5, 100, 5 } }, ADMISSION_YES },
	{ { .max_newcomers = { 4, 100, 4 } }, ADMISSION_NEWCOMERS },
};

START_TEST(who_is_logged_in_is_a_session_but_no_newcomer)
{
	const struct stssl_address a = ip("192.0.2.1");
	struct census c = { NULL };

	enter(&c, 0, "192.0.2.1", 6);
	census_welcome(&c, 0, &a);
	census_welcome(&c, 0, &a);
	ck_assert_int_eq(
	    admission_check(&mixed[_i].limits, &c, 0, &a), mixed[_i].admission);
	forget(&c);
}
END_TEST

/* 400 of 800 are expected, 141 is ten times the standard deviation. */
START_TEST(between_its_numbers_chance_decides)
{
	const struct listen_config limits = { .max_newcomers = { 1, 20, 9 } };
	const struct stssl_address a = ip("192.0.2.1");
	struct census c = { NULL };
	unsigned away = 0;

	/* 20 % and 80 % * 3/8 */
	enter(&c, 0, "192.0.2.1", 4);
	for (int i = 0; i < 800; i++)
		away += admission_check(&limits, &c, 0, &a) != ADMISSION_YES;
	ck_assert_uint_gt(away, 400 - 141);
	ck_assert_uint_lt(away, 400 + 141);
	forget(&c);
}
END_TEST

static const struct {
	enum listen_protocol protocol;
	enum listen_tls tls;
	const char *reply;
} doors[] = {
	{ LISTEN_FTP, LISTEN_EXPLICIT,
	    "421 Too many sessions, try again later.\r\n" },
	{ LISTEN_IMAP, LISTEN_EXPLICIT,
	    "* BYE Too many sessions, try again later.\r\n" },
	{ LISTEN_POP3, LISTEN_EXPLICIT,
	    "-ERR [SYS/TEMP] Too many sessions, try again later.\r\n" },
	{ LISTEN_SMTP, LISTEN_EXPLICIT,
	    "421 4.3.2 Too many sessions, try again later.\r\n" },
	{ LISTEN_IMAP, LISTEN_IMPLICIT, "" },
	{ LISTEN_FTP, LISTEN_IMPLICIT, "" },
	{ LISTEN_STREAM, LISTEN_IMPLICIT, "" },
	{ LISTEN_STREAM, LISTEN_EXPLICIT, "" },
};

START_TEST(who_is_sent_away_is_told_why_where_a_greeting_is_clear)
{
	const struct listen_config listen = { .protocol = doors[_i].protocol,
		.tls = doors[_i].tls };
	char said[128] = "";
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	admission_refuse(&listen, ADMISSION_SESSIONS, pair[0]);
	(void)recv(pair[1], said, sizeof said - 1, MSG_DONTWAIT);
	ck_assert_str_eq(said, doors[_i].reply);
}
END_TEST

START_TEST(a_flood_is_no_flood_of_lines)
{
	const struct listen_config listen = { .name = "ftp" };
	const struct stssl_address a = ip("192.0.2.1");
	struct admission_log log = { 0., 0 };

	capture_log();
	admission_note(&log, 100., &listen, ADMISSION_SESSIONS, &a);
	for (int i = 0; i < 50; i++)
		admission_note(&log, 100.5, &listen, ADMISSION_SESSIONS, &a);
	ck_assert_uint_eq(log.untold, 50);
	ck_assert_ptr_nonnull(strstr(captured_log(), "more=0\n"));
	ck_assert_ptr_null(strstr(captured_log(), "more=50\n"));
	admission_note(&log, 101., &listen, ADMISSION_PENALTY, &a);
	ck_assert_uint_eq(log.untold, 0);
	ck_assert_ptr_nonnull(strstr(captured_log(),
	    "sent-away listener=ftp peer=192.0.2.1:0 reason=penalty "
	    "more=50\n"));
}
END_TEST

size_t
admission_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ sessions_are_counted_by_listener_and_address, 0 },
		{ no_address_is_taken_for_the_whole_listener, 0 },
		{ an_ipv6_client_counts_for_its_network, 0 },
		{ a_source_has_no_stray_bytes, 0 },
		{ who_is_welcome_is_no_newcomer_and_who_leaves_is_gone, 0 },
		{ the_registry_counts_its_sessions, 0 },
		{ a_client_of_a_proxy_is_counted_when_it_is_known, 2 },
		{ a_client_of_a_proxy_is_checked_in_two_steps, 0 },
		{ a_source_is_told_of_once, 0 },
		{ limits_send_away_who_is_too_many, ROWS(admissions) },
		{ who_is_logged_in_is_a_session_but_no_newcomer, ROWS(mixed) },
		{ between_its_numbers_chance_decides, 0 },
		{ who_is_sent_away_is_told_why_where_a_greeting_is_clear,
		    ROWS(doors) },
		{ a_flood_is_no_flood_of_lines, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
