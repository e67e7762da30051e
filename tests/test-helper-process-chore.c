/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the monitor does bit by bit.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "helper/monitor/chore.h"
#include "helper/monitor/heap.h"

static struct ev_loop *loop;
static char letters[] = "abcd";
static char order[8]; /* of those that have run */

static void
note(void *owner)
{
	strncat(order, owner, 1);
}

/* Until so many have run; never two in one turn. */
static void
run_up_to(size_t count)
{
	while (strlen(order) < count) {
		const size_t before = strlen(order);

		ev_run(loop, EVRUN_ONCE);
		ck_assert_uint_le(strlen(order), before + 1);
	}
}

START_TEST(a_turn_has_one_chore)
{
	struct chore a = { .run = note, .owner = &letters[0] },
		     b = { .run = note, .owner = &letters[1] },
		     c = { .run = note, .owner = &letters[2] },
		     d = { .run = note, .owner = &letters[3] };

	loop = ev_default_loop(0);
	chore_add(loop, &a);
	chore_add(loop, &b);
	chore_add(loop, &c);
	chore_add(loop, &d);
	chore_add(loop, &a);
	chore_remove(loop, &b);
	run_up_to(3);
	ev_run(loop, EVRUN_NOWAIT);
	ck_assert_str_eq(order, "acd");
	ck_assert(!a.is_queued && !b.is_queued);
	/* When all are removed nothing is left to go off. */
	chore_add(loop, &a);
	chore_remove(loop, &a);
	ev_run(loop, 0);
	ck_assert_str_eq(order, "acd");
}
END_TEST

START_TEST(what_is_urgent_comes_first)
{
	struct chore a = { .run = note, .owner = &letters[0] }, b = {
		.run = note, .owner = &letters[1], .is_urgent = true
	};

	loop = ev_default_loop(0);
	chore_add(loop, &a);
	chore_add(loop, &b);
	run_up_to(2);
	ck_assert_str_eq(order, "ba");
}
END_TEST

static unsigned left = 3;

/* It goes on as long as it may; again if the machine has left it no time. */
static void
linger(void *owner)
{
	if (!chore_has_time()) {
		chore_add(loop, owner);
		return;
	}
	while (chore_has_time())
		continue;
	if (--left > 0)
		chore_add(loop, owner);
}

START_TEST(a_chore_has_some_time_each_time)
{
	struct chore chore = { .run = linger, .owner = &chore };

	loop = ev_default_loop(0);
	chore_add(loop, &chore);
	ev_run(loop, 0);
	ck_assert_uint_eq(left, 0);
}
END_TEST

/* How many bytes are put aside when many small pieces are freed. */
static size_t
put_aside(void)
{
	void *pieces[1000];

	for (size_t i = 0; i < ROWS(pieces); i++)
		pieces[i] = malloc(40);
	for (size_t i = 0; i < ROWS(pieces); i++)
		free(pieces[i]);
#if defined(M_MXFAST) && defined(__GLIBC__) && __GLIBC_PREREQ(2, 33) && \
    !defined(STSSL_SANITIZED)
	return mallinfo2().fsmblks;
#else
	return 0;
#endif
}

START_TEST(what_is_freed_is_joined_at_once)
{
	heap_join_early();
	ck_assert_uint_eq(put_aside(), 0);
}
END_TEST

size_t
chore_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_turn_has_one_chore, 0 },
		{ what_is_urgent_comes_first, 0 },
		{ a_chore_has_some_time_each_time, 0 },
		{ what_is_freed_is_joined_at_once, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
