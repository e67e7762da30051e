/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Addresses of sessions' own: which are drawn, and which connections make one
 * uncertain.  Random numbers and the clock are the test's.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "helper/monitor/registry/sources.h"
#include "helper/monitor/registry/survey.h"
#include "status/clock.h"
#include "status/tools/address.h"

static int64_t now_ms = 1000000;

int64_t
stssl_now_ms(void)
{
	return now_ms;
}

/* Counts up, from here. */
static uint32_t next_number;

/* The sanitizers' runtime asks for other sizes, and before anything is set. */
ssize_t
getrandom(void *buf, size_t size, unsigned flags)
{
	if (size != sizeof next_number)
		return syscall(SYS_getrandom, buf, size, flags);
	memcpy(buf, &next_number, size);
	next_number++;
	return (ssize_t)size;
}

/* What is connected; NULL for nothing. */
static const char *connected;
static int survey_result;

int
survey_connections(
    void (*each)(void *owner, const struct stssl_address *address), void *owner)
{
	struct stssl_address a;

	if (connected != NULL && stssl_address_parse(connected, &a) == 0)
		each(owner, &a);
	return survey_result;
}

static struct stssl_connection
connection(const char *from, const char *to)
{
	struct stssl_connection c = { 0 };

	ck_assert_int_eq(stssl_address_parse(from, &c.local), 0);
	ck_assert_int_eq(stssl_address_parse(to, &c.peer), 0);
	return c;
}

static void
see(struct sources *s, const char *from, const char *to)
{
	const struct stssl_connection c = connection(from, to);

	sources_saw(s, &c);
}

/* What is drawn when the random number is this; "" for nothing. */
static const char *
draw(struct sources *s, uint32_t number, struct source *ret[MESSAGE_SOURCES])
{
	static char text[STSSL_ADDRESS_TEXT];
	struct stssl_address a;

	next_number = number;
	ret[1] = NULL;
	if (sources_draw(s, 1, ret) < 0)
		return "";
	a = sources_address(ret[0]);
	ck_assert(stssl_address_is_source(&a));
	return stssl_address_format(&a, text);
}

START_TEST(an_address_is_one_of_the_range_and_nobody_elses)
{
	struct sources *s = sources_new(NULL);
	struct source *one[MESSAGE_SOURCES], *two[MESSAGE_SOURCES];

	ck_assert_str_eq(draw(s, 0, one), "127.64.0.0:0");
	ck_assert_str_eq(draw(s, 0xffffffff, two), "127.127.255.255:0");
	ck_assert_str_eq(draw(s, 0, two), "127.64.0.1:0");
	/* Others have come from there. */
	see(s, "127.64.0.2:1000", "127.0.0.1:143");
	see(s, "127.64.0.3:1000", "127.0.0.1:99");
	ck_assert_str_eq(draw(s, 1, two), "127.64.0.4:0");
	(void)sources_free(s);
}
END_TEST

START_TEST(an_address_rests_after_its_session)
{
	struct sources *s = sources_new(NULL);
	struct source *one[MESSAGE_SOURCES], *two[MESSAGE_SOURCES];

	(void)draw(s, 7, one);
	now_ms += 119000;
	sources_release_all(s, one);
	now_ms += 119000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.8:0");
	now_ms += 2000;
	ck_assert_str_eq(draw(s, 7, two), "127.64.0.9:0");
	now_ms += 120000;
	ck_assert_str_eq(draw(s, 7, two), "127.64.0.7:0");
	sources_release_all(s, one);
	sources_release_all(s, two);
	now_ms += 1000000;
	ck_assert_str_eq(draw(s, 7, two), "127.64.0.7:0");
	(void)sources_free(s);
}
END_TEST

START_TEST(an_address_that_was_shared_is_not_drawn_again)
{
	struct sources *s = sources_new(NULL);
	struct source *one[MESSAGE_SOURCES];

	(void)draw(s, 7, one);
	see(s, "127.64.0.7:1000", "127.0.0.1:143");
	see(s, "127.64.0.7:1001", "127.0.0.1:143");
	sources_release_all(s, one);
	now_ms += 10000000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.8:0");
	(void)sources_free(s);
}
END_TEST

/* Somebody else's, from one that its session had not used yet. */
START_TEST(an_address_rests_while_it_is_connected)
{
	struct sources *s = sources_new(NULL);
	struct source *one[MESSAGE_SOURCES];

	(void)draw(s, 7, one);
	see(s, "127.64.0.7:1000", "127.0.0.1:143");
	sources_release_all(s, one);
	connected = "127.64.0.7:1000";
	now_ms += 240000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.8:0");
	now_ms += 1000000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.9:0");
	connected = NULL;
	now_ms += 240000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.7:0");
	(void)sources_free(s);
}
END_TEST

START_TEST(an_address_rests_while_it_is_not_known_what_is_connected)
{
	struct sources *s = sources_new(NULL);
	struct source *one[MESSAGE_SOURCES];

	(void)draw(s, 7, one);
	sources_release_all(s, one);
	survey_result = -EIO;
	now_ms += 1000000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.8:0");
	now_ms += 1000000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.9:0");
	survey_result = 0;
	now_ms += 1000000;
	ck_assert_str_eq(draw(s, 7, one), "127.64.0.7:0");
	(void)sources_free(s);
}
END_TEST

START_TEST(without_a_free_address_nothing_is_drawn)
{
	struct sources *s = sources_new(NULL);
	struct source *one[MESSAGE_SOURCES];

	for (unsigned i = 0; i < 64; i++)
		(void)draw(s, 0, one);
	next_number = 0;
	ck_assert_int_eq(sources_draw(s, 1, one), -EADDRNOTAVAIL);
	ck_assert_str_eq(draw(s, 0x400000 - 63, one), "127.127.255.193:0");
	(void)sources_free(s);
}
END_TEST

/* Of 127.64.0.7:1000, as the backend sees it. */
static const struct {
	struct {
		const char *from, *to;
	} seen[3];
	bool is_sole;
} rows[] = {
	{ { { "127.64.0.7:1000", "127.0.0.1:143" } }, true },
	/* sent again */
	{ { { "127.64.0.7:1000", "127.0.0.1:143" },
	      { "127.64.0.7:1000", "127.0.0.1:143" } },
	    true },
	{ { { "127.64.0.7:1000", "127.0.0.1:143" },
	      { "127.64.0.8:1001", "127.0.0.1:143" } },
	    true },
	{ { { NULL, NULL } }, false },
	{ { { "127.64.0.7:1001", "127.0.0.1:143" } }, false },
	{ { { "127.64.0.7:1000", "127.0.0.1:143" },
	      { "127.64.0.7:1001", "127.0.0.1:143" } },
	    false },
	{ { { "127.64.0.7:1001", "127.0.0.1:143" },
	      { "127.64.0.7:1000", "127.0.0.1:143" } },
	    false },
	{ { { "127.64.0.7:1000", "127.0.0.1:143" },
	      { "127.64.0.7:1000", "127.0.0.1:144" } },
	    false },
	{ { { "127.64.0.7:1000", "127.0.0.1:143" },
	      { "127.64.0.7:1000", "127.0.0.2:143" } },
	    false },
	/* a fragment */
	{ { { "127.64.0.7:1000", "127.0.0.1:143" },
	      { "127.64.0.7:0", "127.0.0.1:0" } },
	    false },
	{ { { "127.64.0.7:1000", "127.0.0.1:143" },
	      { "127.64.0.7:1001", "127.0.0.1:143" },
	      { "127.64.0.7:1000", "127.0.0.1:143" } },
	    false },
};

START_TEST(one_that_is_not_alone_is_uncertain_for_good)
{
	const struct stssl_connection own =
	    connection("127.0.0.1:143", "127.64.0.7:1000");
	struct sources *s = sources_new(NULL);
	struct source *source[MESSAGE_SOURCES];

	(void)draw(s, 7, source);
	for (size_t i = 0; i < ROWS(rows[_i].seen); i++)
		if (rows[_i].seen[i].from != NULL)
			see(s, rows[_i].seen[i].from, rows[_i].seen[i].to);
	ck_assert(sources_has_sole(s, source, &own) == rows[_i].is_sole);
	ck_assert(sources_has_sole(s, source, &own) == rows[_i].is_sole);
	(void)sources_free(s);
}
END_TEST

/* In clear, and within TLS. */
START_TEST(each_address_of_a_session_counts_for_itself)
{
	const struct stssl_connection first = connection(
					  "127.0.0.1:143", "127.64.0.7:1000"),
				      second = connection(
					  "127.0.0.1:143", "127.64.0.8:2000"),
				      third = connection(
					  "127.0.0.1:143", "127.64.0.9:3000");
	struct sources *s = sources_new(NULL);
	struct source *own[MESSAGE_SOURCES] = { NULL, NULL };

	next_number = 7;
	ck_assert_int_eq(sources_draw(s, 2, own), 0);
	see(s, "127.64.0.7:1000", "127.0.0.1:143");
	ck_assert(sources_has_sole(s, own, &first));
	ck_assert(!sources_has_sole(s, own, &second));
	see(s, "127.64.0.8:2000", "127.0.0.1:143");
	see(s, "127.64.0.7:1001", "127.0.0.1:143");
	see(s, "127.64.0.9:3000", "127.0.0.1:143");
	ck_assert(!sources_has_sole(s, own, &first));
	ck_assert(sources_has_sole(s, own, &second));
	ck_assert(!sources_has_sole(s, own, &third));
	(void)sources_free(s);
}
END_TEST

START_TEST(without_addresses_nothing_is_drawn_or_certain)
{
	const struct stssl_connection own =
	    connection("127.0.0.1:143", "127.64.0.7:1000");
	struct source *none[MESSAGE_SOURCES] = { NULL, NULL };

	ck_assert_int_eq(sources_draw(NULL, 1, none), -EAGAIN);
	ck_assert(!sources_has_sole(NULL, none, &own));
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ an_address_is_one_of_the_range_and_nobody_elses, 0 },
		{ an_address_rests_after_its_session, 0 },
		{ an_address_that_was_shared_is_not_drawn_again, 0 },
		{ an_address_rests_while_it_is_connected, 0 },
		{ an_address_rests_while_it_is_not_known_what_is_connected, 0 },
		{ without_a_free_address_nothing_is_drawn, 0 },
		{ one_that_is_not_alone_is_uncertain_for_good, ROWS(rows) },
		{ each_address_of_a_session_counts_for_itself, 0 },
		{ without_addresses_nothing_is_drawn_or_certain, 0 },
	};

	return test_main("sources", cases, ROWS(cases));
}
