/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an advisor remembers of the DNS, by a clock that the test turns.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <stdio.h>
#include <string.h>

#include "helper/advisor/lookups.h"

static struct lookups lookups;

static struct stssl_address
ip(const char *text)
{
	struct stssl_address a;

	ck_assert_int_eq(stssl_ip_parse(text, &a), 0);
	return a;
}

/* With a name, unless it is NULL. */
static void
keep(const char *from, const char *name, bool is_silent, int64_t now_ms)
{
	struct stssl_hosts hosts = {
		.asked = true, .is_silent = is_silent, .count = name != NULL
	};
	const struct stssl_address a = ip(from);

	if (name != NULL)
		(void)snprintf(
		    hosts.names[0], sizeof hosts.names[0], "%s", name);
	lookups_keep(&lookups, &a, &hosts, now_ms);
}

static struct stssl_hosts
find(const char *from, int64_t now_ms)
{
	const struct stssl_address a = ip(from);

	return lookups_find(&lookups, &a, now_ms);
}

static const struct {
	const char *kept, *name;
	bool is_silent;
	const char *asked;
	int64_t later_ms;
	bool known;
} rows[] = {
	{ "192.0.2.1", NULL, true, "192.0.2.1", 0, true },
	{ "192.0.2.1", NULL, true, "192.0.2.2", 0, false },
	{ "192.0.2.1", NULL, false, "192.0.2.1", 0, true },
	{ "192.0.2.1", "a.example", false, "192.0.2.1", LOOKUPS_MS - 1, true },
	{ "192.0.2.1", "a.example", false, "192.0.2.1", LOOKUPS_MS, false },
	/* A silent zone is that of all who are in the network; */
	{ "2001:db8::1", NULL, true, "2001:db8::ffff:2", 0, true },
	{ "2001:db8::1", NULL, true, "2001:db8:0:1::1", 0, false },
	/* that an address has no name, or has one, says nothing of others. */
	{ "2001:db8::1", NULL, false, "2001:db8::2", 0, false },
	{ "2001:db8::1", "a.example", false, "2001:db8::2", 0, false },
	{ "2001:db8::1", "a.example", false, "2001:db8::1", 0, true },
};

START_TEST(what_was_found_out_is_remembered_for_a_while)
{
	const char *name = rows[_i].name;
	struct stssl_hosts hosts;

	keep(rows[_i].kept, name, rows[_i].is_silent, 5000);
	hosts = find(rows[_i].asked, 5000 + rows[_i].later_ms);
	ck_assert_int_eq(hosts.asked, rows[_i].known);
	ck_assert_uint_eq(hosts.count, rows[_i].known && name != NULL);
	if (hosts.count > 0)
		ck_assert_str_eq(hosts.names[0], name);
}
END_TEST

START_TEST(who_was_not_asked_about_is_not_remembered)
{
	const struct stssl_hosts hosts = { .asked = false };
	const struct stssl_address a = ip("192.0.2.1");

	lookups_keep(&lookups, &a, &hosts, 0);
	ck_assert_uint_eq(lookups.count, 0);
}
END_TEST

/* Or a client that asks and asks would never be looked up again. */
START_TEST(what_is_remembered_is_not_remembered_for_longer)
{
	keep("192.0.2.1", NULL, true, 0);
	keep("192.0.2.1", NULL, true, LOOKUPS_MS - 1);
	ck_assert(!find("192.0.2.1", LOOKUPS_MS).asked);
}
END_TEST

START_TEST(the_oldest_is_forgotten_when_there_are_too_many)
{
	char text[STSSL_ADDRESS_TEXT];

	for (unsigned i = 0; i <= LOOKUPS_MAX; i++) {
		(void)snprintf(
		    text, sizeof text, "10.0.%u.%u", i / 256, i % 256);
		keep(text, NULL, true, 0);
	}
	ck_assert_uint_eq(lookups.count, LOOKUPS_MAX);
	ck_assert(!find("10.0.0.0", 0).asked);
	ck_assert(find("10.0.0.1", 0).asked);
	ck_assert(find("10.0.1.0", 0).asked);
}
END_TEST

size_t
lookups_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ what_was_found_out_is_remembered_for_a_while, ROWS(rows) },
		{ who_was_not_asked_about_is_not_remembered, 0 },
		{ what_is_remembered_is_not_remembered_for_longer, 0 },
		{ the_oldest_is_forgotten_when_there_are_too_many, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
