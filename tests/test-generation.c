/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a reload can take over, and what needs a restart: links.  The story of
 * reloads has the rest.
 */
#include <config.h>
#include "helper/monitor/generation.h"

#include <string.h>

#include "tests/test.h"

static const struct {
	enum listen_tls tls;
	size_t links;
} kinds[] = {
	{ LISTEN_EXPLICIT, 0 },
	{ LISTEN_IMPLICIT, 0 },
	{ LISTEN_EXPLICIT, 1 },
	{ LISTEN_IMPLICIT, 2 },
	{ LISTEN_LINK, 0 },
};

/* From one of them to another: is it taken over? */
static const bool taken[ROWS(kinds)][ROWS(kinds)] = {
	{ true, true, false, false, false },
	{ true, true, false, false, false },
	{ false, false, true, true, false },
	{ false, false, true, true, false },
	{ false, false, false, false, true },
};

START_TEST(a_listener_gets_and_loses_links_by_a_restart_alone)
{
	const size_t from = (size_t)_i / ROWS(kinds);
	const size_t to = (size_t)_i % ROWS(kinds);
	struct stssl_address address = { .port = 21 };
	struct listen_config old = { .name = "a",
		.addresses = { &address, 1 },
		.tls = kinds[from].tls,
		.link_to = { .count = kinds[from].links } };
	struct listen_config new = { .name = "a",
		.addresses = { &address, 1 },
		.tls = kinds[to].tls,
		.link_to = { .count = kinds[to].links } };
	struct helper_config before = { .listeners = &old,
		.listener_count = 1 };
	struct helper_config after = { .listeners = &new, .listener_count = 1 };
	const struct generation now = { .config = &before },
				next = { .config = &after };
	struct stssl_error error = { "" };

	ck_assert_int_eq(
	    generation_check(&now, &next, &error) == 0, taken[from][to]);
	ck_assert_str_eq(error.text, taken[from][to]
					 ? ""
					 : "listen: where there is a link: "
					   "changed, which needs a restart");
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_listener_gets_and_loses_links_by_a_restart_alone,
		    (int)(ROWS(kinds) * ROWS(kinds)) },
	};

	return test_main("generation", cases, ROWS(cases));
}
