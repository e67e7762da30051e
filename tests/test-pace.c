/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many messages a worker reads in one turn of its loop.
 */
#include <config.h>
#include "helper/worker/pace.h"

#include "tests/test.h"

/* One after the other: the turn, how many were there, how many may be read. */
static const struct {
	unsigned turn, there, most;
} turns[] = {
	{ 7, 1, 1 }, { 9, 1, 1 }, /* nobody came between */
	{ 10, 5, 2 },             /* somebody came at once */
	{ 11, 99, 4 }, { 12, 99, 8 }, { 13, 99, 16 }, { 14, 99, 32 },
	{ 15, 99, 64 }, { 16, 3, 64 }, { 17, 1, 1 }, /* that was all of them */
};

START_TEST(the_more_come_the_more_are_read_in_a_turn)
{
	struct pace p = { 0 };

	for (size_t i = 0; i < ROWS(turns); i++) {
		unsigned most = pace_of(&p, turns[i].turn);

		ck_assert_uint_eq(most, turns[i].most);
		pace_read(&p, turns[i].there < most ? turns[i].there : most);
	}
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_more_come_the_more_are_read_in_a_turn, 0 },
	};

	return test_main("pace", cases, ROWS(cases));
}
