/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whose turn it is among the questions for advisors.
 */
#include <config.h>
#include "helper/monitor/children/questions.h"

#include <string.h>

#include "helper/monitor/children/child.h"
#include "status/tools/address.h"
#include "tests/test-helper-process.h"

#define LONG 60.0 /* seconds, never waited for */

static const int worker; /* only its address matters */
static struct child advisor;

static struct stssl_address
peer_of(const char *text)
{
	struct stssl_address peer;

	ck_assert_int_eq(stssl_address_parse(text, &peer), 0);
	return peer;
}

static void
never(struct pending *p)
{
	(void)p;
	ck_abort();
}

START_TEST(a_source_counts_the_questions_that_it_has_now)
{
	const struct stssl_address peer = peer_of("192.0.2.7:1"),
				   other = peer_of("192.0.2.8:1");
	const struct message_ask question = { .session = 1 };
	struct questions all;
	struct pending *a, *b, *c;

	questions_init(&all, ev_default_loop(0), never, NULL);
	a = questions_add(&all, &worker, &peer, &question, LONG);
	b = questions_add(&all, &worker, &peer, &question, LONG);
	c = questions_add(&all, &worker, &other, &question, LONG);
	ck_assert_ptr_eq(a->source, b->source);
	ck_assert_ptr_ne(a->source, c->source);
	ck_assert_uint_eq(a->source->waiting, 2);
	ck_assert_ptr_eq(questions_next(&all, 1), a);
	questions_start(a, &advisor);
	ck_assert_uint_eq(b->source->waiting, 1);
	ck_assert_uint_eq(b->source->running, 1);
	/* The fewest are running, and so many are its share. */
	ck_assert_ptr_eq(questions_next(&all, 2), c);
	questions_start(c, &advisor);
	ck_assert_ptr_eq(questions_next(&all, 2), b);
	ck_assert_ptr_null(questions_next(&all, 1));
	questions_remove(a);
	ck_assert_uint_eq(b->source->running, 0);
	ck_assert_ptr_eq(questions_least(&all), b);
	questions_remove(b);
	ck_assert_ptr_null(questions_least(&all));
	/* All of that source is forgotten. */
	a = questions_add(&all, &worker, &peer, &question, LONG);
	ck_assert_uint_eq(a->source->waiting, 1);
	ck_assert_uint_eq(a->source->running, 0);
	questions_remove(a);
	questions_remove(c);
	ck_assert_uint_eq(all.count, 0);
}
END_TEST

size_t
questions_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_source_counts_the_questions_that_it_has_now, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
