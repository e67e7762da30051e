/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Advisors and who hands them questions: the pool with processes that the test
 * provides, and the role itself with real files of classes.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/advisor/advisor.h"
#include "helper/monitor/children/advisors.h"
#include "helper/monitor/children/asks.h"
#include "policy/decide.h"
#include "status/tools/address.h"
#include "tests/private-file.h"

#define LONG  60.0 /* seconds, never waited for */
#define SHORT 1.0
#define DELAY 4.0  /* less than what there is between two starts at most */
#define TRIES 2000 /* sessions 1 to this one have a record */
#define HOG   1000 /* those above it come from one address */
#define BARE  9999 /* has none */
#define HANG  "hang"
#define CRASH "crash"
#define LIE   "lie"

#define RECORD                                        \
	"STSSL_VERSION=1\0STSSL_SESSION=1\0"          \
	"STSSL_LISTENER=ftp\0REMOTE_ADDR=192.0.2.7\0" \
	"REMOTE_PORT=1000\0"
#define TLS RECORD "SSL_PROTOCOL=TLSv1.3\0"

static const char clear[] = RECORD;
static const char anonymous[] = TLS "SSL_CLIENT_VERIFY=NONE\0";
static const char expired[] = TLS "SSL_CLIENT_VERIFY=FAILED:expired\0";
static const char alice[] =
    TLS "SSL_CLIENT_VERIFY=SUCCESS\0SSL_CLIENT_S_DN_CN=alice\0";

static struct listen_config listener = { .name = "ftp", .service = "vsftpd" };
static char path[] = "/tmp/stssl-classes-XXXXXX/f";
static const struct helper_config config = {
	.listeners = &listener, .listener_count = 1, .classes = path
};

static struct {
	struct registry *registry;
	struct advisors *advisors;
	struct message_advice last;
	size_t count; /* of advice */
	size_t until; /* this many */
	size_t late;  /* questions that had an advisor and no answer */
	struct stssl_address late_peer;
	bool is_stopped;
	int pids[2]; /* a pipe: each advisor writes its process id */
} t;

static const int worker; /* only its address matters */

/* Refuses "no", takes others by password; a few names make it go wrong. */
static int
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

static void
forget(void *owner)
{
	(void)owner;
	t.advisors = advisors_free(t.advisors);
	t.registry = registry_free(t.registry);
	ev_loop_destroy(ev_default_loop(0));
}

static void
advise(void *owner, const struct session_entry *entry, const char *user,
    const struct message_advice *advice)
{
	(void)owner;
	(void)user;
	ck_assert_uint_eq(entry->session, advice->session);
	t.last = *advice;
	if (++t.count == t.until)
		ev_break(ev_default_loop(0), EVBREAK_ALL);
}

static void
late(void *owner, const struct stssl_address *peer)
{
	(void)owner;
	t.late++;
	t.late_peer = *peer;
}

static void
stopped(void *owner)
{
	(void)owner;
	t.is_stopped = true;
	ev_break(ev_default_loop(0), EVBREAK_ALL);
}

/* Each from an address of its own, but for those above HOG. */
static struct stssl_address
peer_of(uint64_t session)
{
	char text[STSSL_ADDRESS_TEXT] = "192.0.2.7:1000";
	struct stssl_address peer;

	if (session <= HOG)
		(void)snprintf(text, sizeof text, "10.0.%u.%u:1000",
		    (unsigned)session / 256, (unsigned)session % 256);
	ck_assert_int_eq(stssl_address_parse(text, &peer), 0);
	return peer;
}

static void
add_session(uint64_t session, const char *text, size_t len)
{
	struct stssl_connection c = { .netns = session };
	struct stssl_address peer = peer_of(session);

	ck_assert_int_eq(
	    registry_add(t.registry, session, &worker, 0, &peer), 0);
	if (text != NULL)
		ck_assert_int_eq(
		    registry_publish(t.registry,
			registry_find(t.registry, session), &c, text, len),
		    0);
}

static void
set_up(int (*run)(const struct helper_config *c, int channel),
    ev_tstamp patience, const char *text, size_t len)
{
	struct advisors_params params = { .loop = ev_default_loop(0),
		.config = &config,
		.patience = patience,
		.run = run,
		.forget = forget,
		.advise = advise,
		.late = late,
		.stopped = stopped };

	ck_assert_int_eq(pipe(t.pids), 0);
	t.registry = registry_new();
	params.registry = t.registry;
	for (uint64_t i = 1; i <= TRIES; i++)
		add_session(i, text, len);
	add_session(BARE, NULL, 0);
	t.advisors = advisors_new(&params);
	ck_assert_ptr_nonnull(t.advisors);
	ck_assert_int_eq(advisors_start(t.advisors), 0);
}

static void
tear_down(void)
{
	advisors_stop(t.advisors);
	if (!t.is_stopped)
		ev_run(ev_default_loop(0), 0);
	ck_assert(t.is_stopped);
	ck_assert(advisors_are_gone(t.advisors));
	t.advisors = advisors_free(t.advisors);
	t.registry = registry_free(t.registry);
	ev_loop_destroy(ev_default_loop(0));
}

static void
ask(uint64_t session, const char *user)
{
	struct message_ask a = {
		.session = session, .serial = session + 5, .whose = user == NULL
	};

	if (user != NULL)
		(void)snprintf(a.user, sizeof a.user, "%s", user);
	advisors_ask(t.advisors, registry_find(t.registry, session), &a);
}

/* Run until there is advice `count` times since the start. */
static void
wait_for(size_t count)
{
	t.until = count;
	if (t.count < count)
		ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(t.count, count);
}

static void
is_advised(
    uint64_t session, enum stssl_verdict verdict, enum stssl_reason reason)
{
	ck_assert_uint_eq(t.last.session, session);
	ck_assert_uint_eq(t.last.serial, session + 5);
	ck_assert_uint_eq(t.last.verdict, verdict);
	ck_assert_str_eq(stssl_reason_word((enum stssl_reason)t.last.reason),
	    stssl_reason_word(reason));
}

#define FAKE  fake_advisor
#define PLAIN clear, sizeof clear - 1

START_TEST(an_advisor_answers_one_after_the_other)
{
	set_up(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 20; i++)
		ask(i, "bob");
	wait_for(20);
	ask(21, "no");
	wait_for(21);
	is_advised(21, STSSL_VERDICT_REFUSE, STSSL_REASON_BY_PASSWORD);
	tear_down();
}
END_TEST

START_TEST(without_a_record_the_answer_is_no_and_comes_at_once)
{
	set_up(FAKE, LONG, PLAIN);
	ask(BARE, "bob");
	ck_assert_uint_eq(t.count, 1);
	is_advised(BARE, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	tear_down();
}
END_TEST

START_TEST(an_advisor_that_hangs_holds_back_only_who_asked)
{
	set_up(FAKE, LONG, PLAIN);
	ask(1, HANG);
	for (uint64_t i = 2; i <= 50; i++) {
		ask(i, "bob");
		wait_for(i - 1);
		is_advised(i, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	}
	tear_down();
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
	set_up(FAKE, SHORT, PLAIN);
	ask(3, HANG);
	wait_for(1);
	is_advised(3, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	ck_assert_uint_eq(t.late, 1);
	ck_assert(is_late(3));
	tear_down();
}
END_TEST

/* As many as a source may have wait for their deadlines; others do not. */
START_TEST(only_what_an_advisor_had_is_told_as_late)
{
	const size_t all = ADVISORS_PER_SOURCE + 5;

	set_up(FAKE, SHORT, PLAIN);
	for (size_t i = 1; i <= all; i++)
		ask(HOG + i, HANG);
	wait_for(all);
	ck_assert_uint_eq(t.late, ADVISORS_PER_SOURCE);
	ck_assert(is_late(HOG + 1));
	tear_down();
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

static void
never(struct pending *p)
{
	(void)p;
	ck_abort();
}

START_TEST(a_source_counts_the_questions_that_it_has_now)
{
	const struct stssl_address peer = peer_of(HOG + 1), other = peer_of(1);
	const struct message_ask question = { .session = 1 };
	struct asks asks = { .loop = ev_default_loop(0), .expired = never };
	struct pending *a, *b, *c;

	a = asks_add(&asks, &worker, &peer, &question, LONG);
	b = asks_add(&asks, &worker, &peer, &question, LONG);
	c = asks_add(&asks, &worker, &other, &question, LONG);
	ck_assert_ptr_eq(a->source, b->source);
	ck_assert_ptr_ne(a->source, c->source);
	ck_assert_uint_eq(a->source->waiting, 2);
	ck_assert_ptr_eq(asks_next(&asks, 1), a);
	asks_start(a, (struct child *)(void *)&t);
	ck_assert_uint_eq(b->source->waiting, 1);
	ck_assert_uint_eq(b->source->running, 1);
	/* The fewest are running, and so many are its share. */
	ck_assert_ptr_eq(asks_next(&asks, 2), c);
	asks_start(c, (struct child *)(void *)&t);
	ck_assert_ptr_eq(asks_next(&asks, 2), b);
	ck_assert_ptr_null(asks_next(&asks, 1));
	asks_remove(a);
	ck_assert_uint_eq(b->source->running, 0);
	ck_assert_ptr_eq(asks_least(&asks), b);
	asks_remove(b);
	ck_assert_ptr_null(asks_least(&asks));
	/* All of that source is forgotten. */
	a = asks_add(&asks, &worker, &peer, &question, LONG);
	ck_assert_uint_eq(a->source->waiting, 1);
	ck_assert_uint_eq(a->source->running, 0);
	asks_remove(a);
	asks_remove(c);
	ck_assert_uint_eq(asks.count, 0);
}
END_TEST

/* Its advisor is killed at its deadline all the same, and its source told of. */
START_TEST(a_client_that_does_not_wait_for_its_answer_is_told_of_too)
{
	pid_t pids[ADVISORS_COUNT + 1];

	set_up(FAKE, SHORT, PLAIN);
	ask(7, HANG);
	registry_remove(t.registry, registry_find(t.registry, 7));
	read_pids(pids, ADVISORS_COUNT + 1);
	ck_assert_uint_eq(t.count, 0);
	ck_assert_uint_eq(t.late, 1);
	ck_assert(is_late(7));
	tear_down();
}
END_TEST

/* All of one source hang: there are advisors left for the others. */
START_TEST(a_source_has_no_more_than_its_share_of_advisors)
{
	set_up(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 60; i++)
		ask(HOG + i, HANG);
	for (uint64_t i = 1; i <= 50; i++) {
		ask(i, "bob");
		wait_for(i);
		is_advised(i, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	}
	ck_assert_uint_eq(t.late, 0);
	tear_down();
}
END_TEST

/*
 * Three advisors hang, one of them with the hog's: the fourth answers those who
 * have none first, though they came last.
 */
START_TEST(sources_without_an_advisor_go_first)
{
	set_up(FAKE, LONG, PLAIN);
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
	tear_down();
}
END_TEST

/* A full queue: the last of the source with the most makes room. */
START_TEST(a_source_cannot_fill_the_queue_for_others)
{
	const uint64_t most = ADVISORS_COUNT + ADVISORS_WAITING;

	set_up(FAKE, LONG, PLAIN);
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
	tear_down();
}
END_TEST

START_TEST(all_that_hang_are_replaced)
{
	pid_t pids[ADVISORS_COUNT], others[ADVISORS_COUNT];

	set_up(FAKE, SHORT, PLAIN);
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
	tear_down();
}
END_TEST

static const char *const faults[] = { CRASH, LIE };

START_TEST(an_advisor_that_crashes_or_lies_refuses_and_is_replaced)
{
	set_up(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 2 * ADVISORS_COUNT; i++) {
		ask(i, faults[_i]);
		wait_for(i);
		is_advised(i, STSSL_VERDICT_REFUSE, STSSL_REASON_HELPER);
	}
	ask(TRIES, "bob");
	wait_for(2 * ADVISORS_COUNT + 1);
	is_advised(TRIES, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	tear_down();
}
END_TEST

START_TEST(too_many_questions_are_refused_at_once)
{
	const uint64_t most = ADVISORS_COUNT + ADVISORS_WAITING;

	set_up(FAKE, LONG, PLAIN);
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
	tear_down();
}
END_TEST

START_TEST(who_is_gone_or_has_no_record_any_more_gets_no_answer)
{
	set_up(FAKE, LONG, PLAIN);
	for (uint64_t i = 1; i <= 8; i++)
		ask(i, "bob");
	/* In work: 1 to 4, waiting: 5 to 8. */
	registry_remove(t.registry, registry_find(t.registry, 1));
	registry_withdraw(t.registry, registry_find(t.registry, 2));
	registry_remove(t.registry, registry_find(t.registry, 5));
	registry_withdraw(t.registry, registry_find(t.registry, 6));
	wait_for(4);
	for (uint64_t i = 10; i < 20; i++)
		ask(i, "bob");
	wait_for(14);
	tear_down();
}
END_TEST

START_TEST(a_session_has_one_question_at_a_time)
{
	set_up(FAKE, LONG, PLAIN);
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
	tear_down();
}
END_TEST

/* The role */

static void
write_classes(const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	(void)close(fd);
}

#define CLASS(keys) "class \"c\" {\n" keys "\n}\n"
#define CN          "identity = { \"cn\" }\n"
#define ROW(record) record, sizeof(record) - 1

static const struct {
	const char *classes, *text;
	size_t len;
	const char *user;
	enum stssl_verdict verdict;
	enum stssl_reason reason;
	enum stssl_failure failure;
} judged[] = {
	{ CLASS("ssl = required login = either " CN), ROW(alice), "alice",
	    STSSL_VERDICT_ACCEPT, STSSL_REASON_CERTIFICATE,
	    STSSL_FAILURE_NONE },
	{ CLASS("ssl = required login = certificate " CN), ROW(alice), "bob",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_NOT_THIS_USER,
	    STSSL_FAILURE_NONE },
	{ CLASS("ssl = required login = certificate " CN), ROW(expired),
	    "alice", STSSL_VERDICT_REFUSE, STSSL_REASON_BAD_CERTIFICATE,
	    STSSL_FAILURE_EXPIRED },
	{ CLASS("ssl = required login = password"), ROW(anonymous), "alice",
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD,
	    STSSL_FAILURE_NONE },
	{ CLASS("ssl = required login = password"), ROW(clear), "alice",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED,
	    STSSL_FAILURE_NONE },
	{ CLASS("user = { \"bob\" }"), ROW(alice), "alice",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_NO_CLASS, STSSL_FAILURE_NONE },
	{ CLASS("service = { \"vsftpd\" } ssl = optional login = password"),
	    ROW(clear), "alice", STSSL_VERDICT_PASSWORD,
	    STSSL_REASON_BY_PASSWORD, STSSL_FAILURE_NONE },
	{ CLASS("service = { \"ftp\" } ssl = optional login = password"),
	    ROW(clear), "alice", STSSL_VERDICT_REFUSE, STSSL_REASON_NO_CLASS,
	    STSSL_FAILURE_NONE },
	{ CLASS("from = { \"192.0.2.0/24\" } ssl = optional login = password"),
	    ROW(clear), "alice", STSSL_VERDICT_PASSWORD,
	    STSSL_REASON_BY_PASSWORD, STSSL_FAILURE_NONE },
	{ CLASS("from = { \"198.51.100.0/24\" } login = password"), ROW(clear),
	    "alice", STSSL_VERDICT_REFUSE, STSSL_REASON_NO_CLASS,
	    STSSL_FAILURE_NONE },
	{ CLASS("login = refuse"), ROW(alice), "alice", STSSL_VERDICT_REFUSE,
	    STSSL_REASON_CLASS_REFUSES, STSSL_FAILURE_NONE },
	{ CLASS("ssl = optional login = password"), ROW(clear), "",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_BAD_USER, STSSL_FAILURE_NONE },
	/* a user whom NSS does not know, by the same way */
	{ CLASS("type = virtual ssl = optional login = password"), ROW(clear),
	    "nobody-has-this-name", STSSL_VERDICT_PASSWORD,
	    STSSL_REASON_BY_PASSWORD, STSSL_FAILURE_NONE },
	{ CLASS("colour = red"), ROW(alice), "alice", STSSL_VERDICT_REFUSE,
	    STSSL_REASON_CONFIGURATION, STSSL_FAILURE_NONE },
};

static void
set_up_role(const char *classes, const char *text, size_t len)
{
	int fd = private_file_make(path);

	ck_assert_int_ne(fd, -1);
	(void)close(fd);
	write_classes(classes);
	set_up(advisor_main, LONG, text, len);
}

START_TEST(an_advisor_says_what_the_module_would_decide)
{
	set_up_role(judged[_i].classes, judged[_i].text, judged[_i].len);
	ask(1, judged[_i].user);
	wait_for(1);
	is_advised(1, judged[_i].verdict, judged[_i].reason);
	ck_assert_uint_eq(t.last.failure, judged[_i].failure);
	tear_down();
	private_file_remove(path);
}
END_TEST

static const struct {
	const char *classes, *text;
	size_t len;
	enum stssl_reason reason;
	const char *user;
} owned[] = {
	{ CLASS("login = either " CN), ROW(alice), STSSL_REASON_CERTIFICATE,
	    "alice" },
	{ CLASS("login = both " CN), ROW(alice), STSSL_REASON_NOT_THIS_USER,
	    "" },
	{ CLASS("login = either " CN), ROW(expired), STSSL_REASON_NOT_THIS_USER,
	    "" },
	{ CLASS("login = either " CN), ROW(clear), STSSL_REASON_NOT_THIS_USER,
	    "" },
};

START_TEST(an_advisor_says_whose_a_certificate_is)
{
	bool found = owned[_i].user[0] != '\0';

	set_up_role(owned[_i].classes, owned[_i].text, owned[_i].len);
	ask(1, NULL);
	wait_for(1);
	is_advised(1, found ? STSSL_VERDICT_ACCEPT : STSSL_VERDICT_REFUSE,
	    owned[_i].reason);
	ck_assert_str_eq(t.last.user, owned[_i].user);
	tear_down();
	private_file_remove(path);
}
END_TEST

#define PASSWORD CLASS("ssl = optional login = password")

START_TEST(a_change_of_the_classes_holds_from_the_next_question)
{
	set_up_role(PASSWORD, PLAIN);
	for (uint64_t i = 1; i <= ADVISORS_COUNT; i++)
		ask(i, "alice");
	wait_for(ADVISORS_COUNT);
	is_advised(
	    t.last.session, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	write_classes(CLASS("ssl = required login = password"));
	for (uint64_t i = 1; i <= ADVISORS_COUNT; i++) {
		ask(i, "alice");
		wait_for(ADVISORS_COUNT + i);
		is_advised(i, STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED);
	}
	write_classes("class");
	ask(1, "alice");
	wait_for(2 * ADVISORS_COUNT + 1);
	is_advised(1, STSSL_VERDICT_REFUSE, STSSL_REASON_CONFIGURATION);
	ck_assert_int_eq(unlink(path), 0);
	ask(1, "alice");
	wait_for(2 * ADVISORS_COUNT + 2);
	is_advised(1, STSSL_VERDICT_REFUSE, STSSL_REASON_CONFIGURATION);
	tear_down();
	private_file_remove(path);
}
END_TEST

/* With a delay for each end it would be five seconds for the last. */
START_TEST(one_reload_after_the_other_holds_nobody_back)
{
	pid_t pids[ADVISORS_COUNT];

	set_up(FAKE, DELAY, PLAIN);
	read_pids(pids, ADVISORS_COUNT);
	for (int i = 0; i < 4; i++) {
		advisors_renew(t.advisors, &config);
		read_pids(pids, ADVISORS_COUNT);
	}
	advisors_renew(t.advisors, &config);
	ask(1, "bob");
	wait_for(1);
	is_advised(1, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	tear_down();
}
END_TEST

size_t
advisor_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_advisor_answers_one_after_the_other, 0 },
		{ without_a_record_the_answer_is_no_and_comes_at_once, 0 },
		{ an_advisor_that_hangs_holds_back_only_who_asked, 0 },
		{ a_question_without_an_answer_in_time_is_refused_and_told, 0 },
		{ only_what_an_advisor_had_is_told_as_late, 0 },
		{ a_source_counts_the_questions_that_it_has_now, 0 },
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
		{ an_advisor_says_what_the_module_would_decide, ROWS(judged) },
		{ an_advisor_says_whose_a_certificate_is, ROWS(owned) },
		{ one_reload_after_the_other_holds_nobody_back, 0 },
		{ a_change_of_the_classes_holds_from_the_next_question, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
