/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The status socket: questions in, answers out, over the real query client's
 * records.  The test plays asker and worker; the loop runs only when told to.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/monitor/registry/inbox.h"
#include "helper/monitor/status/answer.h"
#include "status/tools/address.h"

#define HERE  "1 127.0.0.1:2121 127.0.0.1:40000"
#define THERE "1 127.0.0.1:2122 127.0.0.1:40001"

/* The one session's number, in hex. */
#define SESSION 0x7f3a

static struct listen_config listener = { .name = "ftp" };
static struct helper_config config = { .listeners = &listener,
	.listener_count = 1 };
static struct generation generation = { .config = &config };

static const struct penalty_config rules = {
	.seconds = { [PENALTY_LOGIN_FAILED] = 100 },
	.refuse_above = 150,
	.max = 600,
	.max_sources = 1000,
};

struct bench {
	struct ev_loop *loop;
	struct registry *registry;
	struct penalties *penalties;
	struct answers *answers;
	struct sockaddr_un address;
	int channel[2]; /* the worker's end first */
	bool is_lost;   /* the worker cannot be told */
	unsigned told;
	enum stssl_verdict verdict;
	bool data_private;
	unsigned kicked, refused, reloaded;
};

static struct bench b;

/* Who asks, whoever runs the test: what the kernel says is replaced. */
static uid_t asker;

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int r = __real_getsockopt(fd, level, name, value, len);

	if (r == 0 && level == SOL_SOCKET && name == SO_PEERCRED)
		((struct ucred *)value)->uid = asker;
	return r;
}

static void
drain(void *owner)
{
	struct inbox in = {
		.monitor = &monitor, .worker = &b, .channel = b.channel[1]
	};

	(void)owner;
	monitor.registry = b.registry;
	monitor.generation = &generation;
	ck_assert_int_eq(inbox_drain(&in), 0);
}

static int
decided(void *owner, const struct session_entry *entry,
    enum stssl_verdict verdict, bool data_private)
{
	(void)owner;
	ck_assert_uint_eq(entry->session, SESSION);
	if (b.is_lost)
		return -EAGAIN;
	b.told++;
	b.verdict = verdict;
	b.data_private = data_private;
	return 0;
}

static void
refused(void *owner, const struct session_entry *entry, const char *reason)
{
	(void)owner;
	ck_assert_uint_eq(entry->session, SESSION);
	ck_assert_str_eq(reason, "certificate");
	b.refused++;
}

static int
kick(void *owner, const struct session_entry *entry)
{
	(void)owner;
	ck_assert_uint_eq(entry->session, SESSION);
	b.kicked += !b.is_lost;
	return b.is_lost ? -EAGAIN : 0;
}

static int
reload(void *owner, struct stssl_error *error)
{
	(void)owner;
	(void)error;
	b.reloaded++;
	return 0;
}

static const char *
listener_name(void *owner, uint32_t n)
{
	(void)owner;
	return n == 0 ? listener.name : NULL;
}

/* Who may ask, besides. */
#define STATUS_USER 4242
#define STRANGER    4243

/* Listens on an address that the kernel picks, so there is no file. */
static void
set_up(void)
{
	socklen_t len = sizeof(sa_family_t);
	static const uid_t users[] = { STATUS_USER };
	struct answer_params params;
	struct stssl_address peer;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	memset(&b, 0, sizeof b);
	b.address.sun_family = AF_UNIX;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&b.address, len), 0);
	ck_assert_int_eq(listen(fd, 128), 0);
	len = sizeof b.address;
	ck_assert_int_eq(
	    getsockname(fd, (struct sockaddr *)&b.address, &len), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, b.channel), 0);
	b.loop = ev_loop_new(0);
	b.registry = registry_new();
	b.penalties = penalties_new(&rules, NULL);
	ck_assert_int_eq(stssl_address_parse("192.0.2.7:1000", &peer), 0);
	ck_assert_int_eq(registry_add(b.registry, SESSION, &b, 0, &peer), 0);
	params = (struct answer_params){ .loop = b.loop,
		.fd = fd,
		.users = users,
		.user_count = ROWS(users),
		.registry = b.registry,
		.penalties = b.penalties,
		.drain = drain,
		.decided = decided,
		.refused = refused,
		.kick = kick,
		.reload = reload,
		.listener = listener_name };
	b.answers = answers_new(&params);
	ck_assert_ptr_nonnull(b.answers);
}

static void
tear_down(void)
{
	b.answers = answers_free(b.answers);
	b.penalties = penalties_free(b.penalties);
	b.registry = registry_free(b.registry);
	ev_loop_destroy(b.loop);
	(void)close(b.channel[0]);
	(void)close(b.channel[1]);
}

/* What the worker says lies in its channel until somebody drains that. */
static void
publish(const char *where)
{
	static const char text[] =
	    "STSSL_VERSION=1\0STSSL_SESSION=7f3a\0STSSL_LISTENER=ftp\0"
	    "REMOTE_ADDR=192.0.2.7\0REMOTE_PORT=1000\0"
	    "SSL_PROTOCOL=TLSv1.3";
	struct message m = { .type = MESSAGE_PUBLISH,
		.u.publish = { .session = SESSION, .text_len = sizeof text } };

	ck_assert_int_eq(
	    stssl_connection_parse(where, &m.u.publish.connection), 0);
	ck_assert_int_eq(
	    message_send(b.channel[0], &m, -1, text, sizeof text), 0);
}

static void
withdraw(void)
{
	const struct message m = { .type = MESSAGE_WITHDRAW,
		.u.withdraw.session = SESSION };

	ck_assert_int_eq(message_send(b.channel[0], &m, -1, NULL, 0), 0);
}

static int
dial(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	socklen_t len = (socklen_t)(sizeof(sa_family_t) + 6);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&b.address, len), 0);
	return fd;
}

/* Run until the asker's socket has been answered or closed. */
static ssize_t
hear(int fd, char *buf, size_t size)
{
	ssize_t n;

	while ((n = recv(fd, buf, size, 0)) == -1 && errno == EAGAIN)
		ev_run(b.loop, EVRUN_ONCE);
	return n;
}

/* Ask, and compare the answer's STSSL_RESULT; "" stands for no answer. */
static void
expect(const char *question, size_t len, const char *result,
    struct stssl_record *ret)
{
	char *buf = malloc(STSSL_RECORD_MAX);
	struct stssl_record answer;
	int fd = dial();
	ssize_t n;

	stssl_record_init(&answer);
	ck_assert_int_eq(send(fd, question, len, 0), (int)len);
	n = hear(fd, buf, STSSL_RECORD_MAX);
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(stssl_record_decode(buf, (size_t)n, &answer), 0);
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_RESULT), result);
	/* One answer, then the end. */
	ck_assert_int_eq(hear(fd, buf, STSSL_RECORD_MAX), 0);
	(void)close(fd);
	free(buf);
	if (ret != NULL)
		*ret = answer;
	else
		stssl_record_done(&answer);
}

#define TEXT(literal)  literal, sizeof(literal) - 1
#define V              "STSSL_VERSION=1\0"
#define QUERY          V "STSSL_ASK=query\0"
#define ABOUT(n, what) "STSSL_CONNECTION_" n "=" what "\0"

START_TEST(an_answer_is_not_older_than_its_question)
{
	set_up();
	/* Published, but unread, when the question comes. */
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	/* Withdrawn, but unread. */
	withdraw();
	expect(TEXT(QUERY ABOUT("0", HERE)), "none", NULL);
	tear_down();
}
END_TEST

START_TEST(a_question_that_waits_is_answered_with_what_came_meanwhile)
{
	char buf[512];
	int fd;

	set_up();
	fd = dial();
	ev_run(b.loop, EVRUN_ONCE);
	ck_assert_int_gt(send(fd, TEXT(QUERY ABOUT("0", HERE)), 0), 0);
	publish(HERE);
	ck_assert_int_gt(hear(fd, buf, sizeof buf), 100);
	(void)close(fd);
	tear_down();
}
END_TEST

START_TEST(the_answer_has_the_records_keys)
{
	struct stssl_record answer;

	set_up();
	publish(HERE);
	expect(
	    TEXT(QUERY ABOUT("0", THERE) ABOUT("1", HERE)), "found", &answer);
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_SESSION), "7f3a");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_SSL_PROTOCOL), "TLSv1.3");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_REMOTE_ADDR), "192.0.2.7");
	stssl_record_done(&answer);
	tear_down();
}
END_TEST

START_TEST(connections_of_two_sessions_are_ambiguous)
{
	static const char other[] = "x";
	struct stssl_connection there;
	struct stssl_address peer;

	set_up();
	publish(HERE);
	ck_assert_int_eq(stssl_connection_parse(THERE, &there), 0);
	ck_assert_int_eq(stssl_address_parse("192.0.2.8:1", &peer), 0);
	ck_assert_int_eq(registry_add(b.registry, 2, &config, 0, &peer), 0);
	ck_assert_int_eq(registry_publish(b.registry,
			     registry_find(b.registry, 2), &there, other, 1),
	    0);
	expect(
	    TEXT(QUERY ABOUT("0", HERE) ABOUT("1", THERE)), "ambiguous", NULL);
	expect(TEXT(QUERY ABOUT("0", HERE) ABOUT("1", HERE)), "found", NULL);
	tear_down();
}
END_TEST

/* Whether it may be another client of the backend of HERE. */
static const struct {
	const char *key, *result;
} others[] = {
	{ "1 127.0.0.1:2121 127.0.0.1:40001", "ambiguous" },
	{ "1 127.0.0.1:2121 192.0.2.1:40000", "ambiguous" },
	{ "2 127.0.0.1:2121 127.0.0.1:40000", "ambiguous" },
	/* it may listen on all addresses */
	{ "1 192.0.2.9:2121 192.0.2.1:50000", "ambiguous" },
	{ "1 [::1]:2121 [::1]:50000", "ambiguous" },
	/* what is left of one */
	{ "1 127.0.0.1:2121 [::]:0", "ambiguous" },
	/* data connections, and those to a directory */
	{ "1 127.0.0.1:20 127.0.0.1:40001", "found" },
	{ "1 127.0.0.1:30000 127.0.0.1:40001", "found" },
	{ "1 127.0.0.1:40001 127.0.0.1:2121", "found" },
};

START_TEST(another_client_of_the_backend_is_ambiguous)
{
	char question[512];
	int len;

	set_up();
	publish(HERE);
	for (unsigned here = 0; here < 2; here++) {
		len = snprintf(question, sizeof question,
		    "STSSL_VERSION=1%cSTSSL_ASK=query%c"
		    "STSSL_CONNECTION_%u=%s%cSTSSL_CONNECTION_%u=%s",
		    0, 0, 0, here == 0 ? HERE : others[_i].key, 0, 1,
		    here == 0 ? others[_i].key : HERE);
		expect(question, (size_t)len + 1, others[_i].result, NULL);
	}
	tear_down();
}
END_TEST

#define VERDICT(session, verdict, data)                  \
	V "STSSL_ASK=verdict\0STSSL_SESSION=" session    \
	  "\0STSSL_SERVICE=vsftpd\0STSSL_USER=alice\0"   \
	  "STSSL_CLASS=partners\0STSSL_VERDICT=" verdict \
	  "\0STSSL_REASON=certificate\0STSSL_DATA=" data "\0"

static const struct {
	const char *text;
	size_t len;
} malformed[] = {
	{ TEXT("x") },
	{ TEXT(V) },
	{ TEXT("STSSL_VERSION=2\0STSSL_ASK=query\0" ABOUT("0", HERE)) },
	{ TEXT(V "STSSL_ASK=lists\0") },
	{ TEXT(V "STSSL_ASK=list\0STSSL_AFTER=0\0") },
	{ TEXT(V "STSSL_ASK=list\0STSSL_AFTER=x\0") },
	{ TEXT(V "STSSL_ASK=list\0STSSL_SESSION=7f3a\0") },
	{ TEXT(V "STSSL_ASK=kick\0") },
	{ TEXT(V "STSSL_ASK=reload\0STSSL_SESSION=1\0") },
	{ TEXT(V "STSSL_ASK=kick\0STSSL_SESSION=0\0") },
	{ TEXT(V "STSSL_ASK=kick\0STSSL_SESSION=7f3a\0STSSL_AFTER=1\0") },
	{ TEXT(V "STSSL_ASK=metrics\0STSSL_SESSION=7f3a\0") },
	{ TEXT(V "STSSL_ASK=penalties\0STSSL_AFTER=7f3a\0") },
	{ TEXT(V "STSSL_ASK=penalties\0REMOTE_ADDR=192.0.2.7\0") },
	{ TEXT(V "STSSL_ASK=pardon\0") },
	{ TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=192.0.2.0/24\0") },
	{ TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=::1\0REMOTE_PORT=1\0") },
	{ TEXT(QUERY) },
	{ TEXT(V ABOUT("0", HERE)) },
	{ TEXT(QUERY ABOUT("0", "somewhere")) },
	{ TEXT(QUERY ABOUT("1", HERE)) },
	{ TEXT(QUERY ABOUT("0", HERE) "STSSL_USER=alice\0") },
	{ TEXT(QUERY ABOUT("0", HERE) ABOUT("1", HERE) ABOUT("2", HERE) ABOUT(
	    "3", HERE) ABOUT("4", HERE) ABOUT("5", HERE) ABOUT("6", HERE)
		ABOUT("7", HERE) ABOUT("8", HERE) ABOUT("9", HERE) ABOUT("10",
		    HERE) ABOUT("11", HERE) ABOUT("12", HERE) ABOUT("13", HERE)
		    ABOUT("14", HERE) ABOUT("15", HERE) ABOUT("16", HERE)) },
	{ TEXT(VERDICT("7F3A", "accept", "any")) },
	{ TEXT(VERDICT("", "accept", "any")) },
	{ TEXT(VERDICT("10000000000000000", "accept", "any")) },
	{ TEXT(VERDICT("7f3a", "maybe", "any")) },
	{ TEXT(VERDICT("7f3a", "accept", "")) },
	{ TEXT(VERDICT("7f3a", "accept", "any") ABOUT("0", HERE)) },
	{ TEXT(V "STSSL_ASK=verdict\0STSSL_SESSION=7f3a\0") },
};

START_TEST(what_is_no_question_is_told_so)
{
	set_up();
	publish(HERE);
	expect(malformed[_i].text, malformed[_i].len, "malformed", NULL);
	ck_assert_uint_eq(b.told, 0);
	tear_down();
}
END_TEST

START_TEST(the_longest_packet_is_no_question)
{
	char *text = malloc(STSSL_RECORD_MAX + 1);

	set_up();
	memset(text, 'x', STSSL_RECORD_MAX + 1);
	expect(text, STSSL_RECORD_MAX, "malformed", NULL);
	expect(text, STSSL_RECORD_MAX + 1, "malformed", NULL);
	free(text);
	tear_down();
}
END_TEST

START_TEST(a_verdict_reaches_the_worker_before_it_is_done)
{
	set_up();
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "private")), "done", NULL);
	ck_assert_uint_eq(b.told, 1);
	ck_assert_int_eq(b.verdict, STSSL_VERDICT_ACCEPT);
	ck_assert(b.data_private);
	expect(TEXT(VERDICT("7f3a", "refuse", "any")), "done", NULL);
	ck_assert_int_eq(b.verdict, STSSL_VERDICT_REFUSE);
	ck_assert(!b.data_private);
	tear_down();
}
END_TEST

START_TEST(a_verdict_for_nobody_is_not_done)
{
	set_up();
	/* Nothing published yet; no such session; a worker that is full. */
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "none", NULL);
	publish(HERE);
	expect(TEXT(VERDICT("7f3b", "accept", "any")), "none", NULL);
	b.is_lost = true;
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "none", NULL);
	ck_assert_uint_eq(b.told, 0);
	tear_down();
}
END_TEST

#define LIST V "STSSL_ASK=list\0"

START_TEST(a_list_goes_from_session_to_session)
{
	struct stssl_record answer;
	struct stssl_address peer;

	set_up();
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "private")), "done", NULL);
	ck_assert_int_eq(stssl_address_parse("192.0.2.8:1", &peer), 0);
	ck_assert_int_eq(registry_add(b.registry, 2, &config, 0, &peer), 0);

	/* The one without a record, by what is known of it. */
	expect(TEXT(LIST), "found", &answer);
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_SESSION), "2");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_LISTENER), "ftp");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_REMOTE_ADDR), "192.0.2.8");
	ck_assert_ptr_nonnull(stssl_record_get(&answer, STSSL_KEY_STSSL_AGE));
	stssl_record_done(&answer);

	expect(TEXT(LIST "STSSL_AFTER=2\0"), "found", &answer);
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_SESSION), "7f3a");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_SSL_PROTOCOL), "TLSv1.3");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_USER), "alice");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_VERDICT), "accept");
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_DATA), "private");
	stssl_record_done(&answer);

	expect(TEXT(LIST "STSSL_AFTER=7f3a\0"), "none", NULL);
	tear_down();
}
END_TEST

#define KICK(session) V "STSSL_ASK=kick\0STSSL_SESSION=" session "\0"

START_TEST(a_kick_reaches_the_worker_of_that_session)
{
	set_up();
	expect(TEXT(KICK("7f3b")), "none", NULL);
	b.is_lost = true;
	expect(TEXT(KICK("7f3a")), "none", NULL);
	ck_assert_uint_eq(b.kicked, 0);
	b.is_lost = false;
	expect(TEXT(KICK("7f3a")), "done", NULL);
	ck_assert_uint_eq(b.kicked, 1);
	tear_down();
}
END_TEST

START_TEST(metrics_count_what_was_answered)
{
	struct stssl_record answer;
	const char *text;

	set_up();
	publish(HERE);
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "done", NULL);
	expect(TEXT(V "STSSL_ASK=metrics\0"), "found", &answer);
	text = stssl_record_get(&answer, STSSL_KEY_STSSL_METRICS);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(
	    text, "stssl_sessions{listener=\"ftp\",tls=\"TLSv1.3\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nstssl_accepted_total 1\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "stssl_handshakes_total{tls=\"TLSv1.3\"} 1\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "stssl_verdicts_total{verdict=\"accept\","
			 "reason=\"certificate\"} 1\n"));
	ck_assert_str_eq(text + strlen(text) - 6, "# EOF\n");
	stssl_record_done(&answer);
	tear_down();
}
END_TEST

START_TEST(a_refusal_of_the_module_is_told_to_who_penalises)
{
	set_up();
	publish(HERE);
	expect(TEXT(VERDICT("7f3a", "accept", "any")), "done", NULL);
	ck_assert_uint_eq(b.refused, 0);
	expect(TEXT(VERDICT("7f3a", "refuse", "any")), "done", NULL);
	ck_assert_uint_eq(b.refused, 1);
	tear_down();
}
END_TEST

static void
penalise(const char *ip, unsigned times)
{
	struct stssl_address a;

	ck_assert_int_eq(stssl_ip_parse(ip, &a), 0);
	while (times-- > 0)
		penalties_add(b.penalties, &a, PENALTY_LOGIN_FAILED);
}

#define PENALTIES V "STSSL_ASK=penalties\0"

START_TEST(penalties_are_told_and_can_be_lifted)
{
	struct stssl_record answer;

	set_up();
	expect(TEXT(PENALTIES), "none", NULL);
	penalise("192.0.2.7", 1);
	penalise("2001:db8::7", 2);
	expect(TEXT(PENALTIES), "found", &answer);
	/* IPv4 is kept as ::ffff:0:0/96, so it comes first. */
	ck_assert_str_eq(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 0),
	    "192.0.2.7 100 counted login-failed=1");
	ck_assert_str_eq(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 1),
	    "2001:db8:: 200 refused login-failed=2");
	stssl_record_done(&answer);
	expect(TEXT(PENALTIES "STSSL_AFTER=2001:db8::\0"), "none", NULL);
	expect(TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=2001:db8::9\0"), "done",
	    NULL);
	expect(TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=2001:db8::9\0"), "none",
	    NULL);
	expect(TEXT(PENALTIES "STSSL_AFTER=192.0.2.7\0"), "none", NULL);
	tear_down();
}
END_TEST

START_TEST(many_penalties_take_several_answers)
{
	struct stssl_record answer;
	char ip[32];

	set_up();
	for (int i = 0; i < 300; i++) {
		(void)snprintf(ip, sizeof ip, "10.0.%d.%d", i / 256, i % 256);
		penalise(ip, 1);
	}
	expect(TEXT(PENALTIES), "found", &answer);
	ck_assert_ptr_nonnull(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 255));
	stssl_record_done(&answer);
	expect(TEXT(PENALTIES "STSSL_AFTER=10.0.0.255\0"), "found", &answer);
	ck_assert_ptr_nonnull(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 43));
	ck_assert_ptr_null(
	    stssl_record_get_nth(&answer, STSSL_KEY_STSSL_SOURCE, 44));
	stssl_record_done(&answer);
	tear_down();
}
END_TEST

START_TEST(silent_askers_do_not_keep_others_away)
{
	int silent[80];

	set_up();
	for (size_t i = 0; i < ROWS(silent); i++)
		silent[i] = dial();
	/* More than have room: answered when the silent ones' time is up. */
	publish(HERE);
	expect(TEXT(QUERY ABOUT("0", HERE)), "found", NULL);
	for (size_t i = 0; i < ROWS(silent); i++)
		(void)close(silent[i]);
	tear_down();
}
END_TEST

/* . answered, d denied: to root, the helper's user, a status user, others */
static const struct {
	const char *text;
	size_t len;
	const char outcomes[5];
} asks[] = {
	{ TEXT(QUERY ABOUT("0", HERE)), "...d" },
	{ TEXT(LIST), "...d" },
	{ TEXT(V "STSSL_ASK=metrics\0"), "...d" },
	{ TEXT(PENALTIES), "...d" },
	{ TEXT(VERDICT("7f3a", "accept", "any")), ".ddd" },
	{ TEXT(KICK("7f3a")), ".ddd" },
	{ TEXT(V "STSSL_ASK=pardon\0REMOTE_ADDR=192.0.2.7\0"), ".ddd" },
	{ TEXT(V "STSSL_ASK=reload\0"), ".ddd" },
	/* who may not ask learns nothing of what is a question */
	{ TEXT("x"), "...d" },
};

#define WHO 4

START_TEST(who_may_not_ask_is_denied)
{
	static const char denied[] = V "STSSL_RESULT=denied";
	const size_t row = (size_t)_i / WHO, who = (size_t)_i % WHO;
	char *buf = malloc(STSSL_RECORD_MAX);
	ssize_t n;
	int fd;

	/* Started as root, it is another user by then. */
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	asker = (const uid_t[WHO]){ 0, geteuid(), STATUS_USER, STRANGER }[who];
	set_up();
	publish(HERE);
	penalise("192.0.2.7", 1);
	fd = dial();
	ck_assert_int_eq(
	    send(fd, asks[row].text, asks[row].len, 0), (int)asks[row].len);
	n = hear(fd, buf, STSSL_RECORD_MAX);
	ck_assert_int_eq(
	    n == sizeof denied && memcmp(buf, denied, sizeof denied) == 0,
	    asks[row].outcomes[who] == 'd');
	if (asks[row].outcomes[who] == 'd')
		ck_assert_uint_eq(b.told + b.kicked + b.reloaded, 0);
	(void)close(fd);
	free(buf);
	tear_down();
	/* Sanitizers look for leaks at the end, which takes root by then. */
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(of_one_user_but_root_some_may_ask_at_a_time)
{
	int fds[17];

	asker = _i == 0 ? 0 : geteuid() == 0 ? STATUS_USER : geteuid();
	set_up();
	publish(HERE);
	for (size_t i = 0; i < ROWS(fds); i++)
		fds[i] = dial();
	ck_assert_int_gt(send(fds[16], TEXT(QUERY ABOUT("0", HERE)), 0), 0);
	/* Else it was closed, with the question unread. */
	ck_assert_int_eq(hear(fds[16], &(char){ 0 }, 1) == 1, _i == 0);
	for (size_t i = 0; i < ROWS(fds); i++)
		(void)close(fds[i]);
	tear_down();
}
END_TEST

size_t
answer_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_answer_is_not_older_than_its_question, 0 },
		{ a_question_that_waits_is_answered_with_what_came_meanwhile,
		    0 },
		{ the_answer_has_the_records_keys, 0 },
		{ connections_of_two_sessions_are_ambiguous, 0 },
		{ another_client_of_the_backend_is_ambiguous, ROWS(others) },
		{ what_is_no_question_is_told_so, ROWS(malformed) },
		{ the_longest_packet_is_no_question, 0 },
		{ a_verdict_reaches_the_worker_before_it_is_done, 0 },
		{ a_verdict_for_nobody_is_not_done, 0 },
		{ a_list_goes_from_session_to_session, 0 },
		{ a_kick_reaches_the_worker_of_that_session, 0 },
		{ metrics_count_what_was_answered, 0 },
		{ a_refusal_of_the_module_is_told_to_who_penalises, 0 },
		{ penalties_are_told_and_can_be_lifted, 0 },
		{ many_penalties_take_several_answers, 0 },
		{ silent_askers_do_not_keep_others_away, 0 },
		{ who_may_not_ask_is_denied, ROWS(asks) * WHO },
		{ of_one_user_but_root_some_may_ask_at_a_time, 2 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
