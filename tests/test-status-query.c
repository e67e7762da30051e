/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions and answers, and who is believed to give them.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "status/query.h"
#include "status/tools/address.h"
#include "status/trust.h"
#include "tests/fake-helper.h"

#define V "STSSL_VERSION=1\0"
#define FOUND                                                            \
	V "STSSL_RESULT=found\0STSSL_SESSION=7f3a\0STSSL_LISTENER=ftp\0" \
	  "REMOTE_ADDR=203.0.113.9\0REMOTE_PORT=40022"

static const char some_report[] =
    V "STSSL_ASK=verdict\0STSSL_SESSION=7f3a\0STSSL_SERVICE=vsftpd\0"
      "STSSL_USER=alice\0STSSL_CLASS=partners\0STSSL_VERDICT=accept\0"
      "STSSL_REASON=certificate\0STSSL_DATA=private";

static int
query_of(const char *path, const struct stssl_connection *keys, size_t count,
    int timeout_ms, struct stssl_record *ret)
{
	struct stssl_line line = { path, -1 };
	int r = stssl_query(&line, keys, count, timeout_ms, ret);

	ck_assert_int_eq(line.fd != -1, r == 1);
	stssl_hang_up(&line);
	return r;
}

static int
report_of(const char *path, int timeout_ms)
{
	struct stssl_line line = { path, -1 };
	struct stssl_record verdict;
	int r;

	stssl_record_init(&verdict);
	ck_assert_int_eq(
	    stssl_record_decode(some_report, sizeof some_report, &verdict), 0);
	r = stssl_report(&line, &verdict, timeout_ms);
	stssl_record_done(&verdict);
	ck_assert_int_eq(line.fd, -1);
	return r;
}

static void
some_connections(struct stssl_connection keys[static 2])
{
	ck_assert_int_eq(stssl_connection_parse(
			     "1 127.0.0.1:2121 127.0.0.1:40022", &keys[0]),
	    0);
	ck_assert_int_eq(
	    stssl_connection_parse("1 [::1]:2121 [::1]:40022", &keys[1]), 0);
}

static const struct {
	struct fake_reply reply;
	int query, report;
} answers[] = {
	{ FAKE_PACKET(FOUND), 1, -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT=none"), 0, -ENOENT },
	{ FAKE_PACKET(V "STSSL_RESULT=done"), -EBADMSG, 0 },
	{ FAKE_PACKET(V "STSSL_RESULT=ambiguous"), -EMLINK, -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT=denied"), -EPERM, -EPERM },
	{ FAKE_PACKET(V "STSSL_RESULT=malformed"), -EBADMSG, -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT=founded"), -EBADMSG, -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT="), -EBADMSG, -EBADMSG },
	{ FAKE_PACKET("STSSL_VERSION=1"), -EBADMSG, -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT=found"), -EBADMSG, -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT=found\0STSSL_SESSION=7f3a"), -EBADMSG,
	    -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT=found\0REMOTE_ADDR=203.0.113.9"),
	    -EBADMSG, -EBADMSG },
	{ FAKE_PACKET(V "STSSL_RESULT=found\0STSSL_SESSION=1\0"
			"REMOTE_ADDR=client.example"),
	    -EBADMSG, -EBADMSG },
	{ FAKE_PACKET(FOUND "\0LD_PRELOAD=/tmp/x.so"), -EBADMSG, -EBADMSG },
	{ FAKE_PACKET("STSSL_VERSION=2\0STSSL_RESULT=found"), -ESTALE,
	    -ESTALE },
	{ { FAKE_SEND, FOUND, sizeof FOUND - 1 }, -EBADMSG, -EBADMSG },
	{ { FAKE_CLOSE, NULL, 0 }, -EBADMSG, -EBADMSG },
};

START_TEST(answer_is_what_its_word_means)
{
	const struct fake_script script = { answers[_i].reply,
		answers[_i].reply };
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct fake f;

	fake_start(&f, &script);
	some_connections(keys);
	stssl_record_init(&r);
	ck_assert_int_eq(
	    query_of(f.path, keys, 2, 10000, &r), answers[_i].query);
	if (answers[_i].query == 1)
		ck_assert_str_eq(
		    stssl_record_get(&r, STSSL_KEY_STSSL_SESSION), "7f3a");
	else
		ck_assert_ptr_null(r.text);
	stssl_record_done(&r);
	ck_assert_int_eq(report_of(f.path, 10000), answers[_i].report);
	fake_stop(&f);
}
END_TEST

START_TEST(questions_are_as_the_manual_says)
{
	static const char query[] =
	    V "STSSL_ASK=query\0"
	      "STSSL_CONNECTION_0=1 127.0.0.1:2121 127.0.0.1:40022\0"
	      "STSSL_CONNECTION_1=1 [::1]:2121 [::1]:40022";
	static const char report[] =
	    V "STSSL_ASK=verdict\0STSSL_SESSION=7f3a\0STSSL_SERVICE=vsftpd\0"
	      "STSSL_USER=alice\0STSSL_CLASS=partners\0STSSL_VERDICT=accept\0"
	      "STSSL_REASON=certificate\0STSSL_DATA=private";
	const struct fake_script script = { FAKE_PACKET(V "STSSL_RESULT=none"),
		FAKE_PACKET(V "STSSL_RESULT=done") };
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct fake f;

	fake_start(&f, &script);
	some_connections(keys);
	stssl_record_init(&r);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), 0);
	ck_assert_int_eq(report_of(f.path, 10000), 0);
	ck_assert_uint_eq(f.seen->query_len, sizeof query);
	ck_assert_mem_eq(f.seen->query, query, sizeof query);
	ck_assert_uint_eq(f.seen->verdict_len, sizeof report);
	ck_assert_mem_eq(f.seen->verdict, report, sizeof report);
	fake_stop(&f);
}
END_TEST

START_TEST(answer_beyond_64_kib_is_none)
{
	struct fake_script script = { { FAKE_SEND, NULL, STSSL_RECORD_MAX + 1 },
		{ FAKE_CLOSE, NULL, 0 } };
	char *bytes = calloc(1, STSSL_RECORD_MAX + 1);
	static const char head[] = FOUND "\0SSL_CLIENT_S_DN=";
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct fake f;

	/* Well-formed but for its size; what is cut off of it is so too. */
	memset(bytes, 'x', STSSL_RECORD_MAX);
	memcpy(bytes, head, sizeof head - 1);
	bytes[STSSL_RECORD_MAX - 1] = '\0';
	script.query.bytes = bytes;
	fake_start(&f, &script);
	some_connections(keys);
	stssl_record_init(&r);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), -EBADMSG);
	fake_stop(&f);
	free(bytes);
}
END_TEST

START_TEST(zero_or_too_many_connections_are_not_asked_about)
{
	struct stssl_connection keys[STSSL_QUERY_KEYS + 1];
	struct stssl_record r;

	memset(keys, 0, sizeof keys);
	stssl_record_init(&r);
	ck_assert_int_eq(query_of("/", keys, 0, 1, &r), -EINVAL);
	ck_assert_int_eq(query_of("/", keys, ROWS(keys), 1, &r), -EINVAL);
}
END_TEST

static long
elapsed_ms(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000 +
	       (now.tv_nsec - start->tv_nsec) / 1000000;
}

START_TEST(silent_helper_is_given_up_in_time)
{
	const struct fake_script script = { { FAKE_SILENT, NULL, 0 },
		{ FAKE_SILENT, NULL, 0 } };
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct timespec start;
	struct fake f;

	fake_start(&f, &script);
	some_connections(keys);
	stssl_record_init(&r);
	clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert_int_eq(query_of(f.path, keys, 2, 200, &r), -ETIMEDOUT);
	ck_assert_int_ge(elapsed_ms(&start), 199);
	ck_assert_int_eq(query_of(f.path, keys, 2, 0, &r), -ETIMEDOUT);
	ck_assert_int_eq(query_of(f.path, keys, 2, -1, &r), -ETIMEDOUT);
	fake_stop(&f);
}
END_TEST

static void
on_alarm(int signal)
{
	(void)signal;
}

/* The host has signals of its own, and handlers that do not restart calls. */
START_TEST(signals_do_not_end_the_wait)
{
	const struct fake_script script = { { FAKE_LATE, FOUND, sizeof FOUND },
		{ FAKE_CLOSE, NULL, 0 } };
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct fake f;
	int found;

	fake_start(&f, &script);
	some_connections(keys);
	stssl_record_init(&r);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	found = query_of(f.path, keys, 2, 30000, &r);
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_int_eq(found, 1);
	stssl_record_done(&r);
	fake_stop(&f);
}
END_TEST

/* A listener whose queue is full: connect() itself would wait. */
START_TEST(stuck_helper_is_given_up_in_time)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct fake f;
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0), first;

	fake_prepare(&f);
	unlink(f.path);
	memcpy(un.sun_path, f.path, sizeof f.path);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&un, sizeof un), 0);
	ck_assert_int_eq(listen(listener, 0), 0);
	first = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	ck_assert_int_eq(connect(first, (struct sockaddr *)&un, sizeof un), 0);
	some_connections(keys);
	stssl_record_init(&r);
	ck_assert_int_eq(query_of(f.path, keys, 2, 200, &r), -ETIMEDOUT);
	fake_stop(&f);
}
END_TEST

START_TEST(absent_helper_is_an_error)
{
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct fake f;

	some_connections(keys);
	stssl_record_init(&r);
	fake_prepare(&f);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), -ECONNREFUSED);
	unlink(f.path);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), -ENOENT);
	fake_stop(&f);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), -ENOENT);
	ck_assert_int_eq(query_of("status.sock", keys, 2, 1, &r), -EACCES);
}
END_TEST

/* Only root can give things away; anybody else passes by default. */
START_TEST(stranger_is_not_believed)
{
	const struct fake_script script = { FAKE_PACKET(FOUND),
		FAKE_PACKET(V "STSSL_RESULT=done") };
	const uid_t stranger = 12345;
	struct stssl_connection keys[2];
	struct stssl_record r;
	uid_t owner;
	struct fake f;

	if (geteuid() != 0)
		return;
	some_connections(keys);
	stssl_record_init(&r);
	/* Root answers on another's socket: root may. */
	fake_start(&f, &script);
	ck_assert_int_eq(chown(f.path, stranger, (gid_t)-1), 0);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), 1);
	stssl_record_done(&r);
	/* Another's directory below a sticky one: anybody could make that. */
	ck_assert_int_eq(chown(f.dir, stranger, (gid_t)-1), 0);
	ck_assert_int_eq(stssl_trusted_socket(f.path, &owner), -EACCES);
	fake_stop(&f);
	/* Another answers on root's socket. */
	ck_assert_int_eq(seteuid(stranger), 0);
	fake_start(&f, &script);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chown(f.dir, 0, (gid_t)-1), 0);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), 1);
	stssl_record_done(&r);
	ck_assert_int_eq(chown(f.path, 0, (gid_t)-1), 0);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), -EACCES);
	fake_stop(&f);
}
END_TEST

START_TEST(socket_that_is_not_for_us_is_told_from_one_that_lies)
{
	const struct fake_script script = { FAKE_PACKET(FOUND),
		FAKE_PACKET(V "STSSL_RESULT=done") };
	struct stssl_connection keys[2];
	struct stssl_record r;
	struct fake f;

	if (geteuid() != 0)
		return;
	some_connections(keys);
	stssl_record_init(&r);
	fake_start(&f, &script);
	ck_assert_int_eq(chmod(f.dir, 0711), 0);
	ck_assert_int_eq(chmod(f.path, 0600), 0);
	ck_assert_int_eq(seteuid(12345), 0);
	ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), -EPERM);
	ck_assert_int_eq(seteuid(0), 0);
	fake_stop(&f);
}
END_TEST

START_TEST(no_descriptor_is_left_behind)
{
	const struct fake_script script = { FAKE_PACKET(FOUND),
		{ FAKE_CLOSE, NULL, 0 } };
	struct stssl_connection keys[2];
	struct stssl_record r;
	unsigned before;
	struct fake f;

	fake_start(&f, &script);
	some_connections(keys);
	stssl_record_init(&r);
	before = fake_count_descriptors();
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_int_eq(query_of(f.path, keys, 2, 10000, &r), 1);
		stssl_record_done(&r);
		(void)report_of(f.path, 10000);
		(void)report_of(f.dir, 10000);
		(void)report_of("/none/at/all", 10000);
	}
	ck_assert_uint_eq(fake_count_descriptors(), before);
	fake_stop(&f);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ answer_is_what_its_word_means, ROWS(answers) },
		{ questions_are_as_the_manual_says, 0 },
		{ answer_beyond_64_kib_is_none, 0 },
		{ zero_or_too_many_connections_are_not_asked_about, 0 },
		{ silent_helper_is_given_up_in_time, 0 },
		{ signals_do_not_end_the_wait, 0 },
		{ stuck_helper_is_given_up_in_time, 0 },
		{ absent_helper_is_an_error, 0 },
		{ stranger_is_not_believed, 0 },
		{ socket_that_is_not_for_us_is_told_from_one_that_lies, 0 },
		{ no_descriptor_is_left_behind, 0 },
	};

	return test_main("query", cases, ROWS(cases));
}
