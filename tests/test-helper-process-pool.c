/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many processes a pool starts, and when: they do nothing but end.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "helper/monitor/children/pool.h"

#define WANTED 3

static struct helper_config config;
static struct generation generation = { .config = &config };
static struct pool pool;
static unsigned starts;
static bool is_stillborn;

static int
run(const struct generation *g, int channel, struct ring *ring)
{
	struct pollfd end = { channel, POLLIN, 0 };

	(void)g;
	(void)ring;
	return !is_stillborn && poll(&end, 1, -1) == 1 ? EXIT_SUCCESS
						       : EXIT_FAILURE;
}

static int
started(struct child *c)
{
	(void)c;
	starts++;
	return 0;
}

static const struct pool_kind kind = {
	.role = ROLE_ADVISOR,
	.name = "idler",
	.a_name = "an idler",
	.count = WANTED,
	.run = run,
	.started = started,
	.readable = pool_lose,
};

static void
forget(void)
{
	pool_done(&pool);
	ev_loop_destroy(ev_default_loop(0));
}

/* A turn starts one at most.  True when it has started one. */
static bool
turn(void)
{
	const unsigned before = starts;

	ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_uint_le(starts, before + 1);
	return starts > before;
}

/* All are missing, and none is started yet. */
static void
prepare(void)
{
	hooks = (struct hooks){ .forget = forget };
	monitor.loop = ev_default_loop(0);
	monitor.generation = &generation;
	pool_init(&pool, &kind, &monitor, NULL);
	pool_mend(&pool);
	ck_assert_uint_eq(starts, 0);
}

static void
begin(void)
{
	prepare();
	while (starts < WANTED)
		(void)turn();
	ck_assert_uint_eq(pool.count, WANTED);
}

static void
finish(void)
{
	pool_stop(&pool, pool_kill, 0, 0);
	while (monitor.processes > 0)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	pool_done(&pool);
}

START_TEST(a_turn_starts_one_of_those_that_are_missing)
{
	struct child *c;

	begin();
	LIST_FOREACH (c, &pool.list, entry) {
		c->has_served = true;
		ck_assert_int_eq(kill(c->pid, SIGKILL), 0);
	}
	while (starts < 2 * WANTED)
		(void)turn();
	ck_assert_uint_eq(pool_present(&pool), WANTED);
	ck_assert_uint_eq(hooks.restarts[ROLE_ADVISOR], WANTED);
	finish();
}
END_TEST

START_TEST(a_pool_that_is_short_grows_by_one)
{
	begin();
	ck_assert(pool_grow(&pool));
	ck_assert(pool_grow(&pool));
	ck_assert_uint_eq(starts, WANTED);
	while (!turn())
		continue;
	ck_assert_uint_eq(pool.count, WANTED + 1);
	ck_assert(!pool.fill.is_queued);
	finish();
	ck_assert(!pool_grow(&pool));
}
END_TEST

/* It has been asked for, and nobody can be asked for anew. */
static void
begin_with_a_stillborn_one(void)
{
	begin();
	is_stillborn = true;
	ck_assert(pool_grow(&pool));
	while (pool.delay == 0)
		(void)turn();
	ck_assert(!pool_grow(&pool));
}

/* Else a client that waits would have one started in every turn. */
START_TEST(after_a_stillborn_one_growth_is_waited_for)
{
	begin_with_a_stillborn_one();
	ck_assert(pool_is_waiting(&pool));
	ck_assert(!pool_grow(&pool));
	ck_assert_uint_eq(starts, WANTED + 1);
	is_stillborn = false;
	while (!turn())
		continue;
	ck_assert(pool_grow(&pool) || pool_is_waiting(&pool));
	finish();
}
END_TEST

/* Else no process would be started as long as clients come and sessions end. */
START_TEST(when_its_time_has_come_a_start_is_not_put_off)
{
	begin_with_a_stillborn_one();
	is_stillborn = false;
	while (!pool.fill.is_queued)
		ck_assert(!turn());
	ck_assert(pool_grow(&pool));
	pool_mend(&pool);
	ck_assert(!pool_is_waiting(&pool));
	while (!turn())
		ck_assert(pool.fill.is_queued);
	finish();
}
END_TEST

/* Those that are missing, too, may end before all of them are there. */
START_TEST(after_a_stillborn_one_the_others_are_waited_for)
{
	siginfo_t info;
	unsigned before;

	is_stillborn = true;
	prepare();
	while (!turn())
		continue;
	ck_assert(pool.fill.is_queued);
	ck_assert_int_eq(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	while (hooks.restarts[ROLE_ADVISOR] == 0)
		(void)turn();
	ck_assert(pool_is_waiting(&pool));
	before = starts;
	ev_run(ev_default_loop(0), EVRUN_NOWAIT);
	ck_assert_uint_eq(starts, before);
	finish();
}
END_TEST

START_TEST(a_reload_waits_for_nothing)
{
	begin_with_a_stillborn_one();
	is_stillborn = false;
	pool_renew(&pool);
	ck_assert(!pool_is_waiting(&pool));
	while (pool_present(&pool) < WANTED)
		(void)turn();
	finish();
}
END_TEST

size_t
pool_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_turn_starts_one_of_those_that_are_missing, 0 },
		{ a_pool_that_is_short_grows_by_one, 0 },
		{ after_a_stillborn_one_growth_is_waited_for, 0 },
		{ when_its_time_has_come_a_start_is_not_put_off, 0 },
		{ after_a_stillborn_one_the_others_are_waited_for, 0 },
		{ a_reload_waits_for_nothing, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
