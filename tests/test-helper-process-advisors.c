/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's advisors: whose turn it is, and what becomes of one that fails.
 * The test plays them.
 */
#include <config.h>
#include "tests/test-helper-process-advisors.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "policy/decide.h"
#include "tests/test-helper-process.h"

#define SHORT 1.0
#define DELAY 4.0 /* less than what there is between two starts at most */
#define HANG  "hang"
#define CRASH "crash"
#define LIE   "lie"

static const char clear[] = RECORD;

/* Refuses "no", takes others by password; a few names make it go wrong. */
int
fake_advisor(const struct helper_config *c, int channel)
{
	static char text[STSSL_RECORD_MAX];
	struct message m, answer = { .type = MESSAGE_ANSWER };
	struct pollfd p = { .fd = channel, .events = POLLIN };
	pid_t pid = getpid();
	int fd;

	(void)c;
	if (write(t.pids[1], &pid, sizeof pid) == -1)
		return 3;
	for (;;) {
		const char *user = m.u.question.user;

		(void)poll(&p, 1, -1);
		if (message_receive(channel, SENDER_MONITOR, &m, &fd, text) < 0)
			return 0;
		if (strcmp(user, HANG) == 0)
			(void)pause();
		if (strcmp(user, CRASH) == 0)
			_exit(7);
		answer.u.answer =
		    (struct message_answer){ .verdict = strcmp(user, "no") != 0,
			    .reason = STSSL_REASON_BY_PASSWORD,
			    .failure = STSSL_FAILURE_NONE };
		if (strcmp(user, LIE) == 0)
			answer.u.answer.verdict = STSSL_VERDICT_COUNT;
		(void)message_send(channel, &answer, -1, NULL, 0);
	}
}

#define FAKE  fake_advisor
#define PLAIN clear, sizeof clear - 1

START_TEST(an_advisor_answers_one_after_the_other)
{
	stage_begin(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 20; i++)
		ask(i, "bob");
	wait_for(20);
	ask(21, "no");
	wait_for(21);
	is_advised(21, STSSL_VERDICT_REFUSE, STSSL_REASON_BY_PASSWORD);
	stage_end();
}
END_TEST

START_TEST(without_a_record_the_answer_is_no_and_comes_at_once)
{
	stage_begin(FAKE, LONG, PLAIN);
	ask(BARE, "bob");
	ck_assert_uint_eq(t.count, 1);
	is_advised(BARE, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	stage_end();
}
END_TEST

START_TEST(an_advisor_that_hangs_holds_back_only_who_asked)
{
	stage_begin(FAKE, LONG, PLAIN);
	ask(1, HANG);
	for (uint64_t i = 2; i <= 50; i++) {
		ask(i, "bob");
		wait_for(i - 1);
		is_advised(i, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	}
	stage_end();
}
END_TEST

static bool
is_late(uint64_t session)
{
	const struct stssl_address peer = peer_of(session);

	return memcmp(t.late_peer.ip, peer.ip, sizeof peer.ip) == 0;
}

START_TEST(a_question_without_an_answer_in_time_is_refused_and_told)
{
	stage_begin(FAKE, SHORT, PLAIN);
	ask(3, HANG);
	wait_for(1);
	is_advised(3, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	ck_assert_uint_eq(t.late, 1);
	ck_assert(is_late(3));
	stage_end();
}
END_TEST

/* As many as a source may have wait for their deadlines; others do not. */
START_TEST(only_what_an_advisor_had_is_told_as_late)
{
	const size_t all = ADVISORS_PER_SOURCE + 5;

	stage_begin(FAKE, SHORT, PLAIN);
	for (size_t i = 1; i <= all; i++)
		ask(HOG + i, HANG);
	wait_for(all);
	ck_assert_uint_eq(t.late, ADVISORS_PER_SOURCE);
	ck_assert(is_late(HOG + 1));
	stage_end();
}
END_TEST

static void
on_pid(struct ev_loop *loop, struct ev_io *io, int events)
{
	(void)io;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* The first ones, or the ones in their places; events go on meanwhile. */
static void
read_pids(pid_t *ret, size_t count)
{
	struct ev_loop *loop = ev_default_loop(0);
	struct ev_io io;

	ev_io_init(&io, on_pid, t.pids[0], EV_READ);
	ev_io_start(loop, &io);
	for (size_t i = 0; i < count; i++) {
		ev_run(loop, 0);
		ck_assert_int_eq(
		    read(t.pids[0], &ret[i], sizeof ret[i]), sizeof ret[i]);
	}
	ev_io_stop(loop, &io);
}

START_TEST(nobody_is_told_of_for_a_policy_that_takes_long)
{
	stage_begin(FAKE, SHORT, PLAIN);
	ask_about(BARE, ABOUT_DIGEST, HANG);
	wait_for(1);
	is_advised(BARE, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	ck_assert_uint_eq(t.late, 0);
	stage_end();
}
END_TEST

/* Its advisor is killed at its deadline, and its source told of. */
START_TEST(a_client_that_does_not_wait_for_its_answer_is_told_of_too)
{
	pid_t pids[ADVISORS_COUNT + 1];

	stage_begin(FAKE, SHORT, PLAIN);
	ask(7, HANG);
	registry_remove(monitor.registry, registry_find(monitor.registry, 7));
	read_pids(pids, ADVISORS_COUNT + 1);
	ck_assert_uint_eq(t.count, 0);
	ck_assert_uint_eq(t.late, 1);
	ck_assert(is_late(7));
	stage_end();
}
END_TEST

/* All of one source hang: there are advisors left for the others. */
START_TEST(a_source_has_no_more_than_its_share_of_advisors)
{
	stage_begin(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 60; i++)
		ask(HOG + i, HANG);
	for (uint64_t i = 1; i <= 50; i++) {
		ask(i, "bob");
		wait_for(i);
		is_advised(i, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	}
	ck_assert_uint_eq(t.late, 0);
	stage_end();
}
END_TEST

/*
 * Three advisors hang, one of them with the hog's: the fourth answers those who
 * have none first, though they came last.
 */
START_TEST(sources_without_an_advisor_go_first)
{
	stage_begin(FAKE, LONG, PLAIN);
	ask(1, HANG);
	ask(2, HANG);
	ask(HOG + 1, HANG);
	ask(3, "bob");
	ask(HOG + 2, "bob");
	ask(HOG + 3, "bob");
	ask(4, "bob");
	wait_for(1);
	is_advised(3, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	wait_for(2);
	is_advised(4, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	wait_for(3);
	is_advised(HOG + 2, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	wait_for(4);
	is_advised(HOG + 3, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	stage_end();
}
END_TEST

/* A full queue: the last of the source with the most makes room. */
START_TEST(a_source_cannot_fill_the_queue_for_others)
{
	const uint64_t most = ADVISORS_COUNT + ADVISORS_WAITING;

	stage_begin(FAKE, LONG, PLAIN);
	/* They leave no advisor, so that nothing is answered meanwhile. */
	ask(1, HANG);
	ask(2, HANG);
	for (uint64_t i = 1; i <= HOG; i++)
		ask(HOG + i, HANG);
	for (uint64_t i = 3; i <= most - HOG; i++)
		ask(i, "bob");
	ck_assert_uint_eq(t.count, 0);
	ask(500, "bob");
	ck_assert_uint_eq(t.count, 1);
	is_advised(2 * HOG, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	ask(501, "bob");
	ck_assert_uint_eq(t.count, 2);
	is_advised(2 * HOG - 1, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	stage_end();
}
END_TEST

START_TEST(all_that_hang_are_replaced)
{
	pid_t pids[ADVISORS_COUNT], others[ADVISORS_COUNT];

	stage_begin(FAKE, SHORT, PLAIN);
	read_pids(pids, ADVISORS_COUNT);
	for (size_t i = 0; i < ADVISORS_COUNT; i++)
		ck_assert_int_eq(kill(pids[i], SIGSTOP), 0);
	for (uint64_t i = 1; i <= ADVISORS_COUNT + 1; i++)
		ask(i, "bob");
	wait_for(ADVISORS_COUNT + 1);
	is_advised(t.last.session, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	read_pids(others, ADVISORS_COUNT);
	for (size_t i = 0; i < ADVISORS_COUNT; i++)
		ck_assert_int_eq(kill(pids[i], 0), -1);
	/* On a busy machine a new one may need more than its time. */
	do {
		ask(TRIES, "bob");
		wait_for(t.count + 1);
	} while (t.last.verdict == STSSL_VERDICT_REFUSE);
	is_advised(TRIES, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	ck_assert_uint_ge(hooks.restarts[ROLE_ADVISOR], ADVISORS_COUNT);
	stage_end();
}
END_TEST

static const char *const faults[] = { CRASH, LIE };

START_TEST(an_advisor_that_crashes_or_lies_refuses_and_is_replaced)
{
	stage_begin(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 2 * ADVISORS_COUNT; i++) {
		ask(i, faults[_i]);
		wait_for(i);
		is_advised(i, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	}
	ask(TRIES, "bob");
	wait_for(2 * ADVISORS_COUNT + 1);
	is_advised(TRIES, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	stage_end();
}
END_TEST

START_TEST(too_many_questions_are_refused_at_once)
{
	const uint64_t most = ADVISORS_COUNT + ADVISORS_WAITING;

	stage_begin(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= most; i++)
		ask(i, HANG);
	ck_assert_uint_eq(t.count, 0);
	ask(most + 1, "bob");
	ck_assert_uint_eq(t.count, 1);
	is_advised(most + 1, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	/* A stop refuses them all. */
	advisors_stop(t.advisors);
	ck_assert_uint_eq(t.count, most + 1);
	ask(most + 2, "bob");
	ck_assert_uint_eq(t.count, most + 2);
	is_advised(most + 2, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	stage_end();
}
END_TEST

START_TEST(who_is_gone_or_has_no_record_any_more_gets_no_answer)
{
	stage_begin(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 8; i++)
		ask(i, "bob");
	/* In work: 1 to 4, waiting: 5 to 8. */
	registry_remove(monitor.registry, registry_find(monitor.registry, 1));
	registry_withdraw(monitor.registry, registry_find(monitor.registry, 2));
	registry_remove(monitor.registry, registry_find(monitor.registry, 5));
	registry_withdraw(monitor.registry, registry_find(monitor.registry, 6));
	wait_for(4);
	for (uint64_t i = 10; i < 20; i++)
		ask(i, "bob");
	wait_for(14);
	stage_end();
}
END_TEST

START_TEST(a_session_has_one_question_at_a_time)
{
	stage_begin(FAKE, LONG, PLAIN);
	/* In work. */
	ask(1, HANG);
	ask(1, "bob");
	ck_assert_uint_eq(t.count, 1);
	is_advised(1, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	wait_for(2);
	is_advised(1, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	for (uint64_t i = 2; i <= 4; i++)
		ask(i, HANG);
	/* Waiting. */
	ask(5, HANG);
	ask(5, "bob");
	ck_assert_uint_eq(t.count, 3);
	is_advised(5, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	stage_end();
}
END_TEST

/* With a delay for each end it would be five seconds for the last. */
START_TEST(one_reload_after_the_other_holds_nobody_back)
{
	pid_t pids[ADVISORS_COUNT];

	stage_begin(FAKE, DELAY, PLAIN);
	for (int i = 0; i < 5; i++) {
		read_pids(pids, ADVISORS_COUNT);
		advisors_renew(t.advisors);
		fill_pool(ROLE_ADVISOR);
	}
	ask(1, "bob");
	wait_for(1);
	is_advised(1, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	ck_assert_uint_eq(hooks.restarts[ROLE_ADVISOR], 0);
	stage_end();
}
END_TEST

size_t
advisors_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_advisor_answers_one_after_the_other, 0 },
		{ without_a_record_the_answer_is_no_and_comes_at_once, 0 },
		{ nobody_is_told_of_for_a_policy_that_takes_long, 0 },
		{ an_advisor_that_hangs_holds_back_only_who_asked, 0 },
		{ a_question_without_an_answer_in_time_is_refused_and_told, 0 },
		{ only_what_an_advisor_had_is_told_as_late, 0 },
		{ a_client_that_does_not_wait_for_its_answer_is_told_of_too,
		    0 },
		{ a_source_has_no_more_than_its_share_of_advisors, 0 },
		{ sources_without_an_advisor_go_first, 0 },
		{ a_source_cannot_fill_the_queue_for_others, 0 },
		{ all_that_hang_are_replaced, 0 },
		{ an_advisor_that_crashes_or_lies_refuses_and_is_replaced,
		    ROWS(faults) },
		{ too_many_questions_are_refused_at_once, 0 },
		{ who_is_gone_or_has_no_record_any_more_gets_no_answer, 0 },
		{ a_session_has_one_question_at_a_time, 0 },
		{ one_reload_after_the_other_holds_nobody_back, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
