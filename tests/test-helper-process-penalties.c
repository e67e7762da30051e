/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Penalties, by a clock that the test turns.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <stdio.h>
#include <string.h>

#include "helper/monitor/registry/penalties.h"

static int64_t clock_ms;

static int64_t
now_ms(void)
{
	return clock_ms;
}

static const struct penalty_config rules = {
	.seconds = { [PENALTY_HANDSHAKE_FAILED] = 1,
	    [PENALTY_LOGIN_FAILED] = 5,
	    [PENALTY_LOGIN_TIMEOUT] = 0,
	    [PENALTY_CRASH] = 90,
	    [PENALTY_ADVICE_TIMEOUT] = 10 },
	.refuse_above = 15,
	.max = 100,
	.max_sources = 3,
};

static struct stssl_address
ip(const char *text)
{
	struct stssl_address a;

	ck_assert_int_eq(stssl_ip_parse(text, &a), 0);
	return a;
}

static struct penalties *
begin(const struct penalty_config *config)
{
	struct penalties *p;

	clock_ms = 1000000;
	p = penalties_new(config, now_ms);
	ck_assert_ptr_nonnull(p);
	return p;
}

static void
add(struct penalties *p, const char *from, enum penalty_event event,
    unsigned times)
{
	const struct stssl_address a = ip(from);

	while (times-- > 0)
		penalties_add(p, &a, event);
}

static bool
refuses(struct penalties *p, const char *from)
{
	const struct stssl_address a = ip(from);

	return penalties_refuses(p, &a);
}

/* Of the one source that there is; 0 without one. */
static unsigned
seconds_left(struct penalties *p)
{
	struct penalised found;

	return penalties_next(p, NULL, &found) ? found.seconds : 0;
}

static const struct {
	enum penalty_event event;
	unsigned times;
	int64_t later_ms;
	unsigned seconds; /* still to go then */
	bool refused;
} sums[] = {
	{ PENALTY_HANDSHAKE_FAILED, 1, 0, 1, false },
	{ PENALTY_HANDSHAKE_FAILED, 1, 1000, 0, false },
	{ PENALTY_HANDSHAKE_FAILED, 15, 0, 15, false },
	{ PENALTY_HANDSHAKE_FAILED, 16, 0, 16, true },
	{ PENALTY_LOGIN_FAILED, 3, 0, 15, false },
	{ PENALTY_LOGIN_FAILED, 4, 0, 20, true },
	{ PENALTY_LOGIN_FAILED, 4, 4999, 16, true },
	{ PENALTY_LOGIN_FAILED, 4, 5000, 15, false },
	{ PENALTY_LOGIN_FAILED, 4, 20000, 0, false },
	{ PENALTY_LOGIN_TIMEOUT, 9, 0, 0, false },
	{ PENALTY_CRASH, 1, 0, 90, true },
	/* max */
	{ PENALTY_CRASH, 9, 0, 100, true },
	{ PENALTY_CRASH, 9, 84999, 16, true },
	{ PENALTY_CRASH, 9, 85000, 15, false },
};

START_TEST(penalties_add_up_and_run_down)
{
	struct penalties *p = begin(&rules);

	add(p, "192.0.2.1", sums[_i].event, sums[_i].times);
	clock_ms += sums[_i].later_ms;
	ck_assert_uint_eq(seconds_left(p), sums[_i].seconds);
	ck_assert_int_eq(refuses(p, "192.0.2.1"), sums[_i].refused);
	ck_assert(!refuses(p, "192.0.2.2"));
	(void)penalties_free(p);
}
END_TEST

static const struct {
	const char *bad, *other;
	bool same;
} groups[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.0", false },
	{ "2001:db8::1", "2001:db8::ffff:0:0:1", true },
	{ "2001:db8::1", "2001:db8:0:1::1", false },
	{ "::1", "0.0.0.1", false },
};

START_TEST(a_source_is_an_ipv4_address_or_an_ipv6_network)
{
	struct penalties *p = begin(&rules);

	add(p, groups[_i].bad, PENALTY_CRASH, 1);
	ck_assert(refuses(p, groups[_i].bad));
	ck_assert_int_eq(refuses(p, groups[_i].other), groups[_i].same);
	(void)penalties_free(p);
}
END_TEST

static bool
is_there(struct penalties *p, const char *from)
{
	const struct stssl_address a = ip(from);
	struct penalised found = { .seconds = 0 };
	bool is_first = true;

	while (penalties_next(p, is_first ? NULL : &found.source, &found)) {
		if (memcmp(found.source.ip, a.ip, sizeof a.ip) == 0)
			return true;
		is_first = false;
	}
	return false;
}

START_TEST(without_room_the_least_penalised_is_dropped)
{
	struct penalties *p = begin(&rules);

	add(p, "192.0.2.1", PENALTY_LOGIN_FAILED, 2);
	add(p, "192.0.2.2", PENALTY_LOGIN_FAILED, 4);
	add(p, "192.0.2.3", PENALTY_LOGIN_FAILED, 5);
	/* Less than the others: it is the one without room. */
	add(p, "192.0.2.4", PENALTY_HANDSHAKE_FAILED, 1);
	ck_assert_uint_eq(seconds_left(p), 10);
	ck_assert_uint_eq(penalties_count(p).dropped, 1);
	/* As much as the least of them: the older one stays. */
	add(p, "192.0.2.4", PENALTY_ADVICE_TIMEOUT, 1);
	ck_assert_uint_eq(penalties_count(p).dropped, 2);
	ck_assert(!is_there(p, "192.0.2.4") && is_there(p, "192.0.2.1"));
	add(p, "192.0.2.5", PENALTY_CRASH, 1);
	ck_assert_uint_eq(penalties_count(p).dropped, 3);
	ck_assert_uint_eq(penalties_count(p).sources, 3);
	ck_assert_uint_eq(penalties_count(p).refused, 3);
	ck_assert_uint_eq(seconds_left(p), 20);
	ck_assert(refuses(p, "192.0.2.2") && refuses(p, "192.0.2.3") &&
		  refuses(p, "192.0.2.5"));
	(void)penalties_free(p);
}
END_TEST

START_TEST(who_is_exempt_has_no_penalty)
{
	struct stssl_pattern exempt[2];
	struct penalty_config config = rules;
	struct penalties *p;

	ck_assert_int_eq(stssl_pattern_parse("192.0.2.0/25", &exempt[0]), 0);
	ck_assert_int_eq(stssl_pattern_parse("2001:db8::7", &exempt[1]), 0);
	config.exempt.list = exempt;
	config.exempt.count = ROWS(exempt);
	p = begin(&config);
	add(p, "192.0.2.1", PENALTY_CRASH, 1);
	add(p, "2001:db8::7", PENALTY_CRASH, 1);
	ck_assert_uint_eq(penalties_count(p).sources, 0);
	add(p, "192.0.2.128", PENALTY_CRASH, 1);
	add(p, "2001:db8::8", PENALTY_CRASH, 1);
	ck_assert(refuses(p, "192.0.2.128") && refuses(p, "2001:db8::9"));
	ck_assert(!refuses(p, "2001:db8::7"));
	(void)penalties_free(p);
}
END_TEST

START_TEST(who_is_exempt_by_new_rules_is_refused_no_more)
{
	struct stssl_pattern exempt;
	struct penalty_config config = rules;
	struct penalties *p = begin(&rules);
	struct penalised found;

	add(p, "192.0.2.1", PENALTY_CRASH, 1);
	ck_assert(penalties_next(p, NULL, &found) && found.is_refused);
	ck_assert_int_eq(stssl_pattern_parse("192.0.2.1", &exempt), 0);
	config.exempt.list = &exempt;
	config.exempt.count = 1;
	penalties_renew(p, &config);
	ck_assert(!refuses(p, "192.0.2.1"));
	ck_assert(penalties_next(p, NULL, &found) && !found.is_refused);
	(void)penalties_free(p);
}
END_TEST

START_TEST(who_is_pardoned_begins_anew)
{
	const struct stssl_address a = ip("2001:db8::2"), b = ip("192.0.2.2");
	struct penalties *p = begin(&rules);

	add(p, "2001:db8::1", PENALTY_CRASH, 1);
	ck_assert(!penalties_pardon(p, &b));
	ck_assert(penalties_pardon(p, &a));
	ck_assert(!refuses(p, "2001:db8::1"));
	ck_assert(!penalties_pardon(p, &a));
	add(p, "2001:db8::1", PENALTY_LOGIN_FAILED, 1);
	ck_assert_uint_eq(seconds_left(p), 5);
	(void)penalties_free(p);
}
END_TEST

START_TEST(other_rules_keep_what_was_counted)
{
	struct penalty_config fewer = rules, none = rules;
	struct penalties *p = begin(&rules);

	fewer.max_sources = 1;
	fewer.refuse_above = 2;
	none.max = 0;
	add(p, "192.0.2.1", PENALTY_LOGIN_FAILED, 1);
	add(p, "192.0.2.2", PENALTY_LOGIN_FAILED, 2);
	penalties_renew(p, &fewer);
	ck_assert(!refuses(p, "192.0.2.1"));
	ck_assert(refuses(p, "192.0.2.2"));
	penalties_renew(p, &none);
	ck_assert(!refuses(p, "192.0.2.2"));
	add(p, "192.0.2.2", PENALTY_CRASH, 1);
	ck_assert_uint_eq(penalties_count(p).sources, 0);
	ck_assert_uint_eq(penalties_count(p).events[PENALTY_CRASH], 1);
	(void)penalties_free(p);
}
END_TEST

static bool
is_logged(const char *what)
{
	return strstr(captured_log(), what) != NULL;
}

/* At most a line a second; the next one says how many were not told. */
START_TEST(a_source_that_is_refused_is_told_once_and_with_how_many_more)
{
	struct penalties *p = begin(&rules);

	capture_log();
	add(p, "192.0.2.1", PENALTY_LOGIN_FAILED, 3);
	ck_assert_str_eq(captured_log(), "");
	add(p, "192.0.2.1", PENALTY_LOGIN_FAILED, 1);
	ck_assert(is_logged("penalty source=192.0.2.1 seconds=20 "
			    "reason=login-failed more=0\n"));
	add(p, "192.0.2.1", PENALTY_CRASH, 9);
	clock_ms += 999;
	add(p, "192.0.2.2", PENALTY_CRASH, 1);
	add(p, "192.0.2.3", PENALTY_CRASH, 1);
	ck_assert(!is_logged("source=192.0.2.2"));
	ck_assert(!is_logged("source=192.0.2.3"));
	clock_ms += 1;
	add(p, "2001:db8::1", PENALTY_CRASH, 2);
	ck_assert(is_logged("penalty source=2001:db8::/64 seconds=90 "
			    "reason=crash more=2\n"));
	/* Nothing is left untold, and nobody is told again. */
	clock_ms += 1000;
	add(p, "2001:db8::1", PENALTY_CRASH, 1);
	ck_assert(!is_logged("seconds=100"));
	add(p, "192.0.2.9", PENALTY_CRASH, 1);
	ck_assert(is_logged("penalty source=192.0.2.9 seconds=90 "
			    "reason=crash more=0\n"));
	(void)penalties_free(p);
}
END_TEST

/* Its penalty has run down below what refuses, and it fails again. */
START_TEST(a_source_is_told_again_when_it_is_refused_again)
{
	const bool is_asked = _i == 0;
	struct penalties *p = begin(&rules);

	capture_log();
	add(p, "192.0.2.1", PENALTY_LOGIN_FAILED, 4);
	clock_ms += 12000;
	if (is_asked)
		ck_assert(!refuses(p, "192.0.2.1"));
	else
		add(p, "192.0.2.1", PENALTY_HANDSHAKE_FAILED, 1);
	add(p, "192.0.2.1", PENALTY_CRASH, 1);
	ck_assert(is_logged("reason=crash more=0\n"));
	(void)penalties_free(p);
}
END_TEST

#define MANY 65536

/* Each ends later than those before it, but for every third. */
START_TEST(sixty_thousand_sources_are_kept_in_order)
{
	struct penalty_config config = rules;
	struct penalised found, last = { .seconds = 0 };
	struct stssl_address a = ip("10.0.0.0");
	struct penalties *p;
	size_t n = 0;

	config.max_sources = MANY;
	p = begin(&config);
	for (unsigned i = 0; i < MANY + 9; i++) {
		a.ip[13] = (uint8_t)(i * 7 >> 16);
		a.ip[14] = (uint8_t)(i * 7 >> 8);
		a.ip[15] = (uint8_t)(i * 7);
		clock_ms += i % 10 == 0;
		penalties_add(
		    p, &a, i % 3 == 0 ? PENALTY_LOGIN_FAILED : PENALTY_CRASH);
	}
	while (penalties_next(p, n == 0 ? NULL : &last.source, &found)) {
		ck_assert(n == 0 || memcmp(found.source.ip, last.source.ip,
					sizeof found.source.ip) > 0);
		last = found;
		n++;
	}
	/* Those of the first second have run down. */
	ck_assert_uint_eq(n, penalties_count(p).sources);
	ck_assert_uint_gt(n, MANY / 2);
	clock_ms += 91 * 1000;
	ck_assert_uint_eq(penalties_count(p).sources, 0);
	(void)penalties_free(p);
}
END_TEST

size_t
penalties_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ penalties_add_up_and_run_down, ROWS(sums) },
		{ a_source_is_an_ipv4_address_or_an_ipv6_network,
		    ROWS(groups) },
		{ without_room_the_least_penalised_is_dropped, 0 },
		{ who_is_exempt_has_no_penalty, 0 },
		{ who_is_exempt_by_new_rules_is_refused_no_more, 0 },
		{ who_is_pardoned_begins_anew, 0 },
		{ other_rules_keep_what_was_counted, 0 },
		{ a_source_that_is_refused_is_told_once_and_with_how_many_more,
		    0 },
		{ a_source_is_told_again_when_it_is_refused_again, 2 },
		{ sixty_thousand_sources_are_kept_in_order, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
