/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sources of penalties, by address and by the time that each ends.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <string.h>

#include "helper/monitor/registry/penalty_table.h"

#define FEW 100

/* What is there, by its address, as it should be; 0: nothing is. */
static int64_t ends[FEW];

static void
is_in_order(const struct penalty_table *table)
{
	const struct penalty_entry *s = penalty_table_first(table);
	const uint8_t *last = NULL;

	for (uint8_t i = 0; i < FEW; i++) {
		uint8_t ip[16] = { i };

		ck_assert_int_eq(
		    penalty_table_find(table, ip) != NULL, ends[i] > 0);
		ck_assert(ends[i] == 0 || s->until_ms <= ends[i]);
		if (ends[i] == 0)
			continue;
		ck_assert_uint_eq(penalty_table_after(table, last)->ip[0], i);
		last = penalty_table_find(table, ip)->ip;
	}
	ck_assert_ptr_null(penalty_table_after(table, last));
}

/* Some thousand changes, in an order that is the same each time. */
START_TEST(sources_are_found_by_address_and_by_their_ends)
{
	struct penalty_table table = { NULL, NULL, 0, 0 };
	uint64_t chance = 1;

	for (int i = 0; i < 5000; i++) {
		uint8_t ip[16] = { (uint8_t)((chance >> 33) % FEW) };
		int64_t end = 1 + (int64_t)(chance >> 45);
		struct penalty_entry *s = penalty_table_find(&table, ip);

		if (s == NULL)
			ck_assert_ptr_nonnull(
			    penalty_table_add(&table, ip, end));
		else if ((chance >> 32 & 1) != 0)
			penalty_table_move(&table, s, end);
		else
			penalty_table_remove(&table, s);
		ends[ip[0]] = s == NULL || (chance >> 32 & 1) != 0 ? end : 0;
		if (table.count > 0)
			is_in_order(&table);
		chance = chance * 6364136223846793005U + 1442695040888963407U;
	}
	penalty_table_done(&table);
	ck_assert_uint_eq(table.count, 0);
}
END_TEST

size_t
penalty_table_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ sources_are_found_by_address_and_by_their_ends, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
