/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sources of penalties, by address and by the time that each ends.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <string.h>

#include "helper/monitor/registry/sources.h"

#define FEW 100

/* What is there, by its address, as it should be; 0: nothing is. */
static int64_t ends[FEW];

static void
is_in_order(const struct sources *sources)
{
	const struct source *s = sources_first(sources);
	const uint8_t *last = NULL;

	for (uint8_t i = 0; i < FEW; i++) {
		uint8_t ip[16] = { i };

		ck_assert_int_eq(
		    sources_find(sources, ip) != NULL, ends[i] > 0);
		ck_assert(ends[i] == 0 || s->until_ms <= ends[i]);
		if (ends[i] == 0)
			continue;
		ck_assert_uint_eq(sources_after(sources, last)->ip[0], i);
		last = sources_find(sources, ip)->ip;
	}
	ck_assert_ptr_null(sources_after(sources, last));
}

/* Some thousand changes, in an order that is the same each time. */
START_TEST(sources_are_found_by_address_and_by_their_ends)
{
	struct sources sources = { NULL, NULL, 0, 0 };
	uint64_t chance = 1;

	for (int i = 0; i < 5000; i++) {
		uint8_t ip[16] = { (uint8_t)((chance >> 33) % FEW) };
		int64_t end = 1 + (int64_t)(chance >> 45);
		struct source *s = sources_find(&sources, ip);

		if (s == NULL)
			ck_assert_ptr_nonnull(sources_add(&sources, ip, end));
		else if ((chance >> 32 & 1) != 0)
			sources_move(&sources, s, end);
		else
			sources_remove(&sources, s);
		ends[ip[0]] = s == NULL || (chance >> 32 & 1) != 0 ? end : 0;
		if (sources.count > 0)
			is_in_order(&sources);
		chance = chance * 6364136223846793005U + 1442695040888963407U;
	}
	sources_done(&sources);
	ck_assert_uint_eq(sources.count, 0);
}
END_TEST

size_t
sources_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ sources_are_found_by_address_and_by_their_ends, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
