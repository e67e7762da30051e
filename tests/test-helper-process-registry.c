/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's memory of sessions and their records.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <errno.h>
#include <ev.h>
#include <string.h>

#include "helper/monitor/registry/walk.h"

static void
publish(struct registry *registry, struct session_entry *entry,
    const char *where, const char *text)
{
	struct stssl_connection c = connection_of(where);

	ck_assert_int_eq(
	    registry_publish(registry, entry, &c, text, strlen(text)), 0);
}

/* The text for a connection; "" when there is none. */
static const char *
text_of(const struct registry *registry, const char *where)
{
	static char text[64];
	struct stssl_connection c = connection_of(where);
	const struct session_entry *e = registry_find_connection(registry, &c);

	text[0] = '\0';
	if (e != NULL) {
		memcpy(text, e->text, e->text_len);
		text[e->text_len] = '\0';
	}
	return text;
}

START_TEST(a_record_is_found_by_its_exact_connection)
{
	struct registry *r = registry_new();

	publish(r, add_owned_session(r, 1, &alice), HERE, "one");
	publish(r, add_owned_session(r, 2, &alice), THERE, "two");
	ck_assert_str_eq(text_of(r, HERE), "one");
	ck_assert_str_eq(text_of(r, THERE), "two");
	/* Each part of it counts. */
	ck_assert_str_eq(text_of(r, "1 127.0.0.1:2121 127.0.0.1:40001"), "");
	ck_assert_str_eq(text_of(r, "1 127.0.0.1:2121 127.0.0.2:40000"), "");
	ck_assert_str_eq(text_of(r, "1 127.0.0.1:2122 127.0.0.1:40000"), "");
	ck_assert_str_eq(text_of(r, "1 127.0.0.2:2121 127.0.0.1:40000"), "");
	ck_assert_str_eq(text_of(r, "3 127.0.0.1:2121 127.0.0.1:40000"), "");
	(void)registry_free(r);
}
END_TEST

START_TEST(a_session_number_is_taken_once)
{
	struct registry *r = registry_new();
	struct session_entry *e = add_owned_session(r, 1, &alice);

	ck_assert_int_eq(registry_add(r, 1, &bob, 0, &e->peer), -EEXIST);
	ck_assert_ptr_eq(registry_find(r, 1)->of->owner, &alice);
	(void)registry_free(r);
}
END_TEST

START_TEST(a_later_record_replaces_the_earlier)
{
	struct registry *r = registry_new();
	struct session_entry *e = add_owned_session(r, 1, &alice);

	publish(r, e, HERE, "clear");
	publish(r, e, THERE, "tls");
	ck_assert_str_eq(text_of(r, HERE), "");
	ck_assert_str_eq(text_of(r, THERE), "tls");
	registry_withdraw(r, e);
	ck_assert_str_eq(text_of(r, THERE), "");
	ck_assert_ptr_nonnull(registry_find(r, 1));
	(void)registry_free(r);
}
END_TEST

/* The one in the middle moves: the others are where they were. */
START_TEST(a_session_that_moves_leaves_the_others_alone)
{
	static const char *const at[] = { "1 127.0.0.1:2121 127.0.0.1:1",
		"1 127.0.0.1:2121 127.0.0.1:2",
		"1 127.0.0.1:2121 127.0.0.1:3" };
	struct registry *r = registry_new();

	for (uint64_t i = 0; i < ROWS(at); i++)
		publish(r, add_owned_session(r, i + 1, &alice), at[i], at[i]);
	publish(r, registry_find(r, 2), HERE, "moved");
	ck_assert_str_eq(text_of(r, at[0]), at[0]);
	ck_assert_str_eq(text_of(r, at[1]), "");
	ck_assert_str_eq(text_of(r, at[2]), at[2]);
	ck_assert_str_eq(text_of(r, HERE), "moved");
	(void)registry_free(r);
}
END_TEST

START_TEST(the_records_of_a_dead_worker_are_gone)
{
	struct registry *r = registry_new();

	publish(r, add_owned_session(r, 1, &alice), HERE, "one");
	publish(r, add_owned_session(r, 2, &bob), THERE, "two");
	registry_remove_owner(r, &alice);
	ck_assert_str_eq(text_of(r, HERE), "");
	ck_assert_ptr_null(registry_find(r, 1));
	ck_assert_str_eq(text_of(r, THERE), "two");
	(void)registry_free(r);
}
END_TEST

/* Nor does the next one at the same address get any of its sessions. */
START_TEST(a_dead_worker_is_in_nobody_s_way)
{
	struct registry *r = registry_new();
	struct stssl_connection source = connection_of(HERE);

	publish(r, add_owned_session(r, 1, &alice), HERE, "one");
	publish(r, add_owned_session(r, 2, &alice), HERE, "waits");
	publish(r, add_owned_session(r, 3, &alice), THERE, "three");
	registry_remove_owner(r, &alice);
	ck_assert(!registry_is_unsettled(r));
	ck_assert_ptr_null(registry_next(r, NULL));
	ck_assert_ptr_null(registry_after(r, 0));
	ck_assert_ptr_null(registry_find_source(r, &source));

	publish(r, add_owned_session(r, 4, &alice), HERE, "four");
	ck_assert(!registry_is_unsettled(r));
	ck_assert_str_eq(text_of(r, HERE), "four");
	ck_assert_ptr_null(registry_find(r, 2));
	ck_assert_uint_eq(registry_after(r, 0)->session, 4);

	ck_assert(registry_sweep(r, 1));
	ck_assert(!registry_sweep(r, 1));
	ck_assert_str_eq(text_of(r, HERE), "four");
	ck_assert_uint_eq(census_of(registry_census(r), 0, NULL).sessions, 1);
	(void)registry_free(r);
}
END_TEST

START_TEST(all_sessions_are_visited)
{
	struct registry *r = registry_new();
	struct session_entry *e = NULL;
	uint64_t sum = 0;

	for (uint64_t i = 0; i < 6; i++)
		(void)add_owned_session(
		    r, UINT64_C(1) << i, i % 2 == 0 ? &alice : &bob);
	while ((e = registry_next(r, e)) != NULL)
		sum += e->session;
	ck_assert_uint_eq(sum, 63);
	(void)registry_free(r);
}
END_TEST

static unsigned visited;
static bool is_whole;

static bool
on_visit(void *owner, struct session_entry *entry)
{
	(void)owner;
	ck_assert_uint_gt(entry->session, 1000);
	visited++;
	return true;
}

static void
on_walked(void *owner, bool whole)
{
	(void)owner;
	is_whole = whole;
}

/* One chore for each turn of the loop. */
START_TEST(a_walk_passes_over_dead_sessions_in_small_steps)
{
	struct ev_loop *loop = ev_default_loop(0);
	struct walk walk = { .visit = on_visit, .ended = on_walked };
	struct registry *r = registry_new();
	unsigned turns = 0;

	for (uint64_t i = 1; i <= 1000; i++)
		(void)add_owned_session(r, i, &alice);
	for (uint64_t i = 1001; i <= 1010; i++)
		(void)add_owned_session(r, i, &bob);
	registry_remove_owner(r, &alice);
	walk_init(&walk, loop, r);
	walk_begin(&walk);
	for (; !is_whole; turns++)
		(void)ev_run(loop, EVRUN_ONCE);
	ck_assert_uint_eq(visited, 10);
	ck_assert_uint_gt(turns, 1010 / WALK_STEP);
	(void)registry_free(r);
}
END_TEST

START_TEST(a_taken_connection_is_waited_for)
{
	struct registry *r = registry_new();
	struct session_entry *first = add_owned_session(r, 1, &alice);
	struct session_entry *second = add_owned_session(r, 2, &bob);

	publish(r, first, HERE, "one");
	publish(r, second, HERE, "two");
	ck_assert(registry_is_unsettled(r));
	ck_assert_str_eq(text_of(r, HERE), "one");
	registry_withdraw(r, first);
	ck_assert_uint_eq(registry_settle(r), 0);
	ck_assert(!registry_is_unsettled(r));
	ck_assert_str_eq(text_of(r, HERE), "two");
	(void)registry_free(r);
}
END_TEST

START_TEST(who_waits_is_in_nobody_s_way_and_may_go)
{
	struct registry *r = registry_new();
	struct session_entry *third, *gone;

	publish(r, add_owned_session(r, 1, &alice), HERE, "one");
	publish(r, add_owned_session(r, 2, &alice), HERE, "waits");
	third = add_owned_session(r, 3, &bob);
	publish(r, third, HERE, "waits");
	publish(r, third, HERE, "three");
	gone = add_owned_session(r, 4, &bob);
	publish(r, gone, HERE, "four");
	registry_remove(r, gone);
	registry_remove_owner(r, &alice);
	ck_assert(registry_is_unsettled(r));
	ck_assert_int_eq(third->record, RECORD_WAITING);
	ck_assert_uint_eq(registry_settle(r), 0);
	ck_assert(!registry_is_unsettled(r));
	ck_assert_str_eq(text_of(r, HERE), "three");
	(void)registry_free(r);
}
END_TEST

START_TEST(a_connection_is_not_taken_from_its_session)
{
	struct registry *r = registry_new();
	struct session_entry *second;

	publish(r, add_owned_session(r, 1, &alice), HERE, "one");
	second = add_owned_session(r, 2, &bob);
	publish(r, second, HERE, "two");
	ck_assert_uint_eq(registry_settle(r), 1);
	ck_assert_str_eq(text_of(r, HERE), "one");
	ck_assert_int_eq(second->record, RECORD_NONE);
	(void)registry_free(r);
}
END_TEST

START_TEST(ten_thousand_sessions_come_and_go)
{
	struct registry *r = registry_new();
	struct stssl_connection c = connection_of(HERE);

	for (uint64_t i = 1; i <= 10000; i++) {
		c.netns = i;
		ck_assert_int_eq(
		    registry_publish(
			r, add_owned_session(r, i, &alice), &c, "x", 1),
		    0);
	}
	for (uint64_t i = 1; i <= 10000; i += 2)
		registry_remove(r, registry_find(r, i));
	for (uint64_t i = 1; i <= 10000; i++) {
		c.netns = i;
		ck_assert_int_eq(registry_find(r, i) != NULL, i % 2 == 0);
		ck_assert_int_eq(
		    registry_find_connection(r, &c) != NULL, i % 2 == 0);
	}
	(void)registry_free(r);
}
END_TEST

size_t
registry_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_record_is_found_by_its_exact_connection, 0 },
		{ a_session_number_is_taken_once, 0 },
		{ a_later_record_replaces_the_earlier, 0 },
		{ a_session_that_moves_leaves_the_others_alone, 0 },
		{ the_records_of_a_dead_worker_are_gone, 0 },
		{ a_dead_worker_is_in_nobody_s_way, 0 },
		{ all_sessions_are_visited, 0 },
		{ a_walk_passes_over_dead_sessions_in_small_steps, 0 },
		{ a_taken_connection_is_waited_for, 0 },
		{ who_waits_is_in_nobody_s_way_and_may_go, 0 },
		{ a_connection_is_not_taken_from_its_session, 0 },
		{ ten_thousand_sessions_come_and_go, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
