/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The review of sessions whose certificate may not be good any more, with
 * certificates that say themselves what becomes of the reviewer.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "helper/monitor/children/review.h"
#include "helper/monitor/registry/walk.h"
#include "status/tools/address.h"
#include "x509/verify.h"

/* Of a row of a table, and of all. */
#define ROW_MAX      8
#define SESSIONS_MAX (3 * WALK_STEP + 1)
#define LATER        ((time_t)1 << 40)

/* Two lists; by the second one nothing is good. */
static char lists[2];
#define STORE  ((const struct x509_store *)(const void *)&lists[0])
#define STRICT ((const struct x509_store *)(const void *)&lists[1])

static struct {
	struct review *review;
	struct session_entry *sessions[SESSIONS_MAX];
	size_t count;
	unsigned ended[SESSIONS_MAX]; /* how often */
	int refusals;                 /* of end(), still to come */
	unsigned in_turn;             /* sessions ended in this turn */
	unsigned *gone; /* shared: how many reviewers have just exited */
} t;

/* Linked in the place of x509_verify_again(). */
enum stssl_failure __wrap_x509_verify_again(
    const struct x509_store *store, const char *pem, time_t now);

enum stssl_failure
__wrap_x509_verify_again(
    const struct x509_store *store, const char *pem, time_t now)
{
	(void)now;
	if (strcmp(pem, "crash") == 0) {
		(void)signal(SIGILL, SIG_DFL);
		__builtin_trap();
	}
	if (strcmp(pem, "exit once") == 0 && ++*t.gone == 1)
		_exit(3);
	return store == STRICT || strcmp(pem, "revoked") == 0
		   ? STSSL_FAILURE_REVOKED
		   : STSSL_FAILURE_NONE;
}

static void
forget(void)
{
	t.review = review_free(t.review);
	monitor.registry = registry_free(monitor.registry);
	ev_loop_destroy(ev_default_loop(0));
}

static int
end(const struct session_entry *entry, enum message_end_reason reason)
{
	ck_assert_int_eq(reason, END_CERTIFICATE);
	if (t.refusals > 0) {
		t.refusals--;
		return -EAGAIN;
	}
	t.ended[entry->session - 1]++;
	t.in_turn++;
	return 0;
}

static void
add_session(const char *pem)
{
	struct stssl_connection connection = { .netns = t.count };
	const uint64_t number = t.count + 1;
	struct stssl_address peer;
	struct stssl_record record;

	ck_assert_int_eq(stssl_address_parse("192.0.2.7:1000", &peer), 0);
	ck_assert_int_eq(
	    registry_add(monitor.registry, number, &t, 0, &peer), 0);
	t.sessions[t.count] = registry_find(monitor.registry, number);
	stssl_record_init(&record);
	ck_assert_int_eq(
	    stssl_record_put(&record, STSSL_KEY_SSL_CLIENT_CERT, pem), 0);
	ck_assert_int_eq(registry_publish(monitor.registry, t.sessions[t.count],
			     &connection, record.text, record.len),
	    0);
	stssl_record_done(&record);
	t.sessions[t.count]->good_until = LATER;
	t.sessions[t.count]->is_unreviewed = true;
	t.count++;
}

/* Without a session. */
static void
set_up(void)
{
	hooks = (struct hooks){ .forget = forget, .end = end };
	monitor.loop = ev_default_loop(0);
	monitor.registry = registry_new();
	t.gone = mmap(NULL, sizeof *t.gone, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(t.gone, MAP_FAILED);
	t.review = review_new(&monitor, 0.05);
	ck_assert_ptr_nonnull(t.review);
}

/* A session for each, up to NULL. */
static void
begin(const char *const *certificates)
{
	set_up();
	for (size_t i = 0; certificates[i] != NULL; i++)
		add_session(certificates[i]);
}

/* One that was looked at and may go on, or that is ending. */
static bool
is_settled(const struct session_entry *entry)
{
	return !entry->is_unreviewed || entry->is_ending;
}

static bool
all_are_settled(void)
{
	for (size_t i = 0; i < t.count; i++)
		if (!is_settled(t.sessions[i]))
			return false;
	return true;
}

/* Until each has been looked at, and the process is gone. */
static void
wait_for_all(void)
{
	while (!all_are_settled() || monitor.processes > 0)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
}

static void
finish(void)
{
	t.review = review_free(t.review);
	monitor.registry = registry_free(monitor.registry);
	ev_loop_destroy(ev_default_loop(0));
}

/*
 * `ended`: a letter for each, x for a session that ends.  `deaths`: of those
 * reviewers that have not done all they were for.
 */
static const struct {
	const char *certificates[ROW_MAX];
	const char *ended;
	unsigned deaths;
} rows[] = {
	{ { "good", "revoked", "good" }, ".x.", 0 },
	{ { "good" }, ".", 0 },
	/* It never gets to those behind it. */
	{ { "revoked", "crash", "revoked", "good" }, "xxx.", 1 },
	{ { "crash", "crash", "good", "revoked", "crash" }, "xx.xx", 3 },
	{ { "revoked", "exit once", "revoked", "good" }, "x.x.", 1 },
};

START_TEST(all_are_looked_at_whatever_becomes_of_the_reviewer)
{
	begin(rows[_i].certificates);
	review_begin(t.review, STORE, ON_REVOCATION_END);
	wait_for_all();
	for (size_t i = 0; i < t.count; i++)
		ck_assert_uint_eq(t.ended[i], rows[_i].ended[i] == 'x');
	ck_assert_uint_eq(hooks.restarts[ROLE_REVIEWER], rows[_i].deaths);
	finish();
}
END_TEST

START_TEST(with_log_nobody_is_ended_not_even_by_a_crash)
{
	const char *const certificates[] = { "crash", "revoked", "good", NULL };

	begin(certificates);
	review_begin(t.review, STORE, ON_REVOCATION_LOG);
	wait_for_all();
	for (size_t i = 0; i < t.count; i++)
		ck_assert_uint_eq(t.ended[i], 0);
	finish();
}
END_TEST

/* The first reviewer has the older lists, and finds all good. */
START_TEST(newer_lists_count_though_a_reviewer_is_at_work)
{
	const char *const certificates[] = { "good", "good", NULL };

	begin(certificates);
	review_begin(t.review, STORE, ON_REVOCATION_END);
	while (monitor.processes == 0)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	review_begin(t.review, STRICT, ON_REVOCATION_END);
	wait_for_all();
	ck_assert_uint_eq(t.ended[0], 1);
	ck_assert_uint_eq(t.ended[1], 1);
	finish();
}
END_TEST

START_TEST(who_cannot_be_ended_just_now_is_ended_later)
{
	const char *const certificates[] = { "revoked", "crash", NULL };

	begin(certificates);
	t.refusals = 2;
	review_begin(t.review, STORE, ON_REVOCATION_END);
	wait_for_all();
	ck_assert_uint_eq(t.ended[0], 1);
	ck_assert_uint_eq(t.ended[1], 1);
	finish();
}
END_TEST

START_TEST(who_lives_by_a_password_is_not_looked_at)
{
	const char *const certificates[] = { "revoked", "crash", NULL };

	begin(certificates);
	t.sessions[0]->is_decided = t.sessions[1]->is_decided = true;
	review_begin(t.review, STORE, ON_REVOCATION_END);
	ck_assert_uint_eq(monitor.processes, 0);
	/* Until a certificate lets it in. */
	t.sessions[0]->by_certificate = true;
	while (!t.sessions[0]->is_ending)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_uint_eq(t.ended[0], 1);
	ck_assert_uint_eq(t.ended[1], 0);
	review_stop(t.review);
	while (monitor.processes > 0)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	finish();
}
END_TEST

/* How many are to be looked at again. */
static unsigned
count_marked(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < t.count; i++)
		n += t.sessions[i]->is_unreviewed;
	return n;
}

START_TEST(a_session_that_has_gone_meanwhile_harms_no_other)
{
	const char *const certificates[] = { "good", "good", NULL };

	begin(certificates);
	t.sessions[0]->is_unreviewed = t.sessions[1]->is_unreviewed = false;
	review_begin(t.review, STORE, ON_REVOCATION_END);
	/* The walk has found both, and the process is yet to be started. */
	while (count_marked() < 2)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_uint_eq(monitor.processes, 0);
	registry_remove(monitor.registry, t.sessions[1]);
	t.count = 1;
	wait_for_all();
	ck_assert_uint_eq(t.ended[0], 0);
	finish();
}
END_TEST

/* Why many end at once, or that they are only looked at. */
static const struct {
	const char *certificate;
	time_t until;
	bool ends;
} crowds[] = {
	{ "good", LATER, false },
	{ "revoked", LATER, true },
	{ "good", 1, true },
};

START_TEST(one_turn_is_for_few_however_many_there_are)
{
	unsigned ended = 0, marked;

	set_up();
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		add_session(crowds[_i].certificate);
		t.sessions[i]->good_until = crowds[_i].until;
		t.sessions[i]->is_unreviewed = false;
	}
	review_begin(t.review, STORE, ON_REVOCATION_END);
	ck_assert_uint_eq(count_marked(), 0);
	do {
		marked = count_marked();
		t.in_turn = 0;
		ev_run(ev_default_loop(0), EVRUN_ONCE);
		ck_assert_uint_le(count_marked(), marked + WALK_STEP);
		ck_assert_uint_le(t.in_turn, WALK_STEP);
		ended += t.in_turn;
	} while (!(
	    crowds[_i].ends ? ended == SESSIONS_MAX : marked == SESSIONS_MAX));
	wait_for_all();
	ck_assert_uint_eq(ended, crowds[_i].ends ? SESSIONS_MAX : 0);
	finish();
}
END_TEST

size_t
review_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ all_are_looked_at_whatever_becomes_of_the_reviewer,
		    ROWS(rows) },
		{ with_log_nobody_is_ended_not_even_by_a_crash, 0 },
		{ newer_lists_count_though_a_reviewer_is_at_work, 0 },
		{ who_cannot_be_ended_just_now_is_ended_later, 0 },
		{ who_lives_by_a_password_is_not_looked_at, 0 },
		{ a_session_that_has_gone_meanwhile_harms_no_other, 0 },
		{ one_turn_is_for_few_however_many_there_are, ROWS(crowds) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
