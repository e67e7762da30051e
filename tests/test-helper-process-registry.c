/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's memory, and what it takes from workers.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/monitor/registry/inbox.h"
#include "helper/monitor/registry/registry.h"
#include "status/tools/address.h"

static const int alice, bob; /* owners; only their addresses matter */

static struct stssl_connection
connection(const char *text)
{
	struct stssl_connection c;

	ck_assert_int_eq(stssl_connection_parse(text, &c), 0);
	return c;
}

static struct session_entry *
add(struct registry *registry, uint64_t session, const void *owner)
{
	struct stssl_address peer;

	ck_assert_int_eq(stssl_address_parse("192.0.2.7:1000", &peer), 0);
	ck_assert_int_eq(registry_add(registry, session, owner, 0, &peer), 0);
	return registry_find(registry, session);
}

static void
publish(struct registry *registry, struct session_entry *entry,
    const char *where, const char *text)
{
	struct stssl_connection c = connection(where);

	ck_assert_int_eq(
	    registry_publish(registry, entry, &c, text, strlen(text)), 0);
}

/* The text for a connection; "" when there is none. */
static const char *
text_of(const struct registry *registry, const char *where)
{
	static char text[64];
	struct stssl_connection c = connection(where);
	const struct session_entry *e = registry_find_connection(registry, &c);

	text[0] = '\0';
	if (e != NULL) {
		memcpy(text, e->text, e->text_len);
		text[e->text_len] = '\0';
	}
	return text;
}

#define HERE  "1 127.0.0.1:2121 127.0.0.1:40000"
#define THERE "2 127.0.0.1:2121 127.0.0.1:40000"

START_TEST(a_record_is_found_by_its_exact_connection)
{
	struct registry *r = registry_new();

	publish(r, add(r, 1, &alice), HERE, "one");
	publish(r, add(r, 2, &alice), THERE, "two");
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
	struct session_entry *e = add(r, 1, &alice);

	ck_assert_int_eq(registry_add(r, 1, &bob, 0, &e->peer), -EEXIST);
	ck_assert_ptr_eq(registry_find(r, 1)->owner, &alice);
	(void)registry_free(r);
}
END_TEST

START_TEST(a_later_record_replaces_the_earlier)
{
	struct registry *r = registry_new();
	struct session_entry *e = add(r, 1, &alice);

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
		publish(r, add(r, i + 1, &alice), at[i], at[i]);
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

	publish(r, add(r, 1, &alice), HERE, "one");
	publish(r, add(r, 2, &bob), THERE, "two");
	registry_remove_owner(r, &alice);
	ck_assert_str_eq(text_of(r, HERE), "");
	ck_assert_ptr_null(registry_find(r, 1));
	ck_assert_str_eq(text_of(r, THERE), "two");
	(void)registry_free(r);
}
END_TEST

START_TEST(a_taken_connection_is_waited_for)
{
	struct registry *r = registry_new();
	struct session_entry *first = add(r, 1, &alice);
	struct session_entry *second = add(r, 2, &bob);

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

START_TEST(a_connection_is_not_taken_from_its_session)
{
	struct registry *r = registry_new();
	struct session_entry *second;

	publish(r, add(r, 1, &alice), HERE, "one");
	second = add(r, 2, &bob);
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
	struct stssl_connection c = connection(HERE);

	for (uint64_t i = 1; i <= 10000; i++) {
		c.netns = i;
		ck_assert_int_eq(
		    registry_publish(r, add(r, i, &alice), &c, "x", 1), 0);
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

/* Inbox: alice's worker has session 1, bob's has session 2. */

#define RECORD                                        \
	"STSSL_VERSION=1\0STSSL_SESSION=1\0"          \
	"STSSL_LISTENER=ftp\0REMOTE_ADDR=192.0.2.7\0" \
	"REMOTE_PORT=1000\0"

/* A literal with NULs inside; the one that C adds does not count. */
#define TEXT(literal) literal, sizeof(literal) - 1

static struct listen_config listener = { .name = "ftp" };
static struct helper_config config = { .listeners = &listener,
	.listener_count = 1 };

static struct generation generation = { .config = &config };

static unsigned asked; /* how often */
static int again = -1; /* where to ask once more each time, a channel */

void
monitor_asked(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask)
{
	const struct message same = { .type = MESSAGE_ASK, .u.ask = *ask };

	(void)m;
	ck_assert_uint_eq(entry->session, ask->session);
	asked++;
	if (again != -1)
		ck_assert_int_eq(message_send(again, &same, -1, NULL, 0), 0);
}

static unsigned failures;

static void
on_failed(const struct stssl_address *peer, enum penalty_event event)
{
	ck_assert_uint_eq(peer->port, 1000);
	ck_assert_int_eq(event, PENALTY_LOGIN_FAILED);
	failures++;
}

/* What alice's worker says. */
static int
drain(struct registry *registry, int channel, size_t *ended)
{
	struct inbox in = {
		.monitor = &monitor, .worker = &alice, .channel = channel
	};
	int r;

	monitor.registry = registry;
	monitor.generation = &generation;
	hooks.penalise = on_failed;
	r = inbox_drain(&in);
	*ended = in.closed;
	return r;
}

static const struct {
	const char *text;
	size_t len;
	uint64_t session;
	bool is_taken;
} published[] = {
	{ TEXT(RECORD), 1, true },
	{ TEXT(RECORD "SSL_PROTOCOL=TLSv1.3\0"), 1, true },
	/* of another worker, of nobody */
	{ TEXT(RECORD), 2, false },
	{ TEXT(RECORD), 3, false },
	/* not what the codec takes */
	{ TEXT(""), 1, false },
	{ TEXT(RECORD "COLOUR=red\0"), 1, false },
	{ TEXT(RECORD "SSL_PROTOCOL=TLSv1.3"), 1, false },
	/* about another session or client, or words put in our mouth */
	{ TEXT("STSSL_VERSION=1\0"), 1, false },
	{ TEXT("STSSL_VERSION=1\0STSSL_SESSION=2\0STSSL_LISTENER=ftp\0"
	       "REMOTE_ADDR=192.0.2.7\0REMOTE_PORT=1000\0"),
	    1, false },
	{ TEXT("STSSL_VERSION=1\0STSSL_SESSION=1\0STSSL_LISTENER=ftp\0"
	       "REMOTE_ADDR=127.0.0.1\0REMOTE_PORT=1000\0"),
	    1, false },
	{ TEXT("STSSL_VERSION=1\0STSSL_SESSION=1\0STSSL_LISTENER=ftp\0"
	       "REMOTE_ADDR=192.0.2.7\0REMOTE_PORT=1001\0"),
	    1, false },
	{ TEXT("STSSL_VERSION=1\0STSSL_SESSION=1\0STSSL_LISTENER=pop\0"
	       "REMOTE_ADDR=192.0.2.7\0REMOTE_PORT=1000\0"),
	    1, false },
	{ TEXT(RECORD "STSSL_RESULT=found\0"), 1, false },
	{ TEXT(RECORD "STSSL_USER=root\0"), 1, false },
	{ TEXT(RECORD "STSSL_KERNEL_TLS=yes\0"), 1, false },
	{ TEXT(RECORD "STSSL_CONNECTION_0=" HERE "\0"), 1, false },
	{ TEXT(RECORD "STSSL_SOURCE_0=192.0.2.7\0"), 1, false },
};

START_TEST(a_worker_is_believed_for_its_own_sessions_only)
{
	struct registry *r = registry_new();
	struct message m = { .type = MESSAGE_PUBLISH };
	size_t ended = 0;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	(void)add(r, 1, &alice);
	(void)add(r, 2, &bob);
	m.u.publish.session = published[_i].session;
	m.u.publish.connection = connection(HERE);
	m.u.publish.text_len = (uint32_t)published[_i].len;
	ck_assert_int_eq(message_send(pair[0], &m, -1, published[_i].text,
			     published[_i].len),
	    0);
	ck_assert_int_eq(
	    drain(r, pair[1], &ended), published[_i].is_taken ? 0 : -EBADMSG);
	ck_assert_int_eq(
	    registry_find_connection(r, &m.u.publish.connection) != NULL,
	    published[_i].is_taken);
	(void)registry_free(r);
}
END_TEST

static const struct {
	struct message m;
	int outcome;
	size_t ended;
} told[] = {
	{ { .type = MESSAGE_WITHDRAW, .u.withdraw.session = 1 }, 0, 0 },
	{ { .type = MESSAGE_WITHDRAW, .u.withdraw.session = 2 }, -EBADMSG, 0 },
	{ { .type = MESSAGE_WELCOME, .u.welcome.session = 1 }, 0, 0 },
	{ { .type = MESSAGE_WELCOME, .u.welcome.session = 2 }, -EBADMSG, 0 },
	{ { .type = MESSAGE_TRAFFIC, .u.traffic.session = 1 }, 0, 0 },
	{ { .type = MESSAGE_TRAFFIC, .u.traffic.session = 2 }, -EBADMSG, 0 },
	{ { .type = MESSAGE_FAILED, .u.failed = { 1, PENALTY_LOGIN_FAILED } },
	    0, 0 },
	{ { .type = MESSAGE_FAILED, .u.failed = { 2, PENALTY_LOGIN_FAILED } },
	    -EBADMSG, 0 },
	{ { .type = MESSAGE_FAILED, .u.failed = { 1, PENALTY_CRASH } },
	    -EBADMSG, 0 },
	{ { .type = MESSAGE_TRAFFIC, .u.traffic = { 1, 0, 0, 1 } }, 0, 0 },
	{ { .type = MESSAGE_TRAFFIC, .u.traffic = { 1, 0, 0, 2 } }, -EBADMSG,
	    0 },
	{ { .type = MESSAGE_CLOSED, .u.closed.session = 1 }, 0, 1 },
	{ { .type = MESSAGE_CLOSED, .u.closed.session = 2 }, -EBADMSG, 0 },
	{ { .type = MESSAGE_CLOSED, .u.closed.session = 3 }, -EBADMSG, 0 },
};

START_TEST(a_worker_ends_its_own_sessions_only)
{
	struct registry *r = registry_new();
	size_t ended = 0;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	(void)add(r, 1, &alice);
	(void)add(r, 2, &bob);
	ck_assert_int_eq(message_send(pair[0], &told[_i].m, -1, NULL, 0), 0);
	ck_assert_int_eq(drain(r, pair[1], &ended), told[_i].outcome);
	ck_assert_uint_eq(ended, told[_i].ended);
	ck_assert_int_eq(registry_find(r, 1) == NULL, told[_i].ended == 1);
	ck_assert_ptr_nonnull(registry_find(r, 2));
	(void)registry_free(r);
}
END_TEST

START_TEST(a_worker_tells_of_a_bounded_number_of_failures)
{
	struct registry *r = registry_new();
	const struct message m = { .type = MESSAGE_FAILED,
		.u.failed = { 1, PENALTY_LOGIN_FAILED } };
	size_t ended = 0;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	(void)add(r, 1, &alice);
	for (int i = 0; i < 17; i++) {
		ck_assert_int_eq(message_send(pair[0], &m, -1, NULL, 0), 0);
		ck_assert_int_eq(
		    drain(r, pair[1], &ended), i < 16 ? 0 : -EBADMSG);
	}
	ck_assert_uint_eq(failures, 16);
	(void)registry_free(r);
}
END_TEST

START_TEST(sessions_of_one_source_have_a_suspect)
{
	static const char *const from[] = { "[2001:db8::1]:1",
		"[2001:db8::2]:1", "[2001:db8:1::1]:1" };
	struct registry *r = registry_new();
	struct stssl_address a, found;

	ck_assert(!registry_source_of(r, &alice, &found));
	for (uint64_t i = 0; i < ROWS(from); i++) {
		ck_assert_int_eq(stssl_address_parse(from[i], &a), 0);
		ck_assert_int_eq(registry_add(r, i + 1, &alice, 0, &a), 0);
		ck_assert(!registry_source_of(r, &bob, &found));
		ck_assert_int_eq(registry_source_of(r, &alice, &found), i < 2);
	}
	(void)registry_free(r);
}
END_TEST

START_TEST(the_end_of_a_channel_is_told)
{
	struct registry *r = registry_new();
	size_t ended = 0;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	(void)close(pair[0]);
	ck_assert_int_eq(drain(r, pair[1], &ended), -EPIPE);
	(void)registry_free(r);
}
END_TEST

START_TEST(a_worker_asks_about_its_own_sessions_only)
{
	struct registry *r = registry_new();
	struct message m = { .type = MESSAGE_ASK };
	size_t ended = 0;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	(void)add(r, 1, &alice);
	(void)add(r, 2, &bob);
	m.u.ask.session = (uint64_t)_i + 1;
	ck_assert_int_eq(message_send(pair[0], &m, -1, NULL, 0), 0);
	ck_assert_int_eq(
	    drain(r, pair[1], &ended), m.u.ask.session == 1 ? 0 : -EBADMSG);
	ck_assert_uint_eq(asked, m.u.ask.session == 1);
	(void)registry_free(r);
}
END_TEST

static unsigned checked;

void
monitor_check(
    struct monitor *m, struct session_entry *entry, const void *der, size_t len)
{
	(void)m;
	ck_assert_uint_eq(entry->session, 1);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(der, "der", 3);
	checked++;
}

/* A channel to an inbox of alice's, who has session 1. */
struct mail {
	struct registry *registry;
	struct session_entry *entry;
	struct inbox in;
	int worker; /* her end */
};

static void
mail_open(struct mail *mail)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	mail->worker = pair[0];
	mail->registry = registry_new();
	mail->entry = add(mail->registry, 1, &alice);
	(void)add(mail->registry, 2, &bob);
	monitor.registry = mail->registry;
	monitor.generation = &generation;
	mail->in = (struct inbox){
		.monitor = &monitor, .worker = &alice, .channel = pair[1]
	};
}

static void
mail_close(struct mail *mail)
{
	(void)close(mail->worker);
	(void)close(mail->in.channel);
	(void)registry_free(mail->registry);
}

static int
post(struct mail *mail, const struct message *m, const void *more, size_t len)
{
	ck_assert_int_eq(message_send(mail->worker, m, -1, more, len), 0);
	return inbox_drain(&mail->in);
}

START_TEST(a_worker_has_one_certificate_of_a_session_checked_at_a_time)
{
	struct message m = { .type = MESSAGE_CHECK };
	struct mail mail;
	int inquirer;

	mail_open(&mail);
	m.u.check.der_len = 3;
	m.u.check.session = (uint64_t)_i + 1;
	if (_i > 0) {
		/* bob's, and nobody's */
		ck_assert_int_eq(post(&mail, &m, "der", 3), -EBADMSG);
		ck_assert_uint_eq(checked, 0);
	} else {
		ck_assert_int_eq(post(&mail, &m, "der", 3), 0);
		ck_assert_uint_eq(checked, 1);
		mail.entry->inquirer = (void *)&inquirer;
		ck_assert_int_eq(post(&mail, &m, "der", 3), -EBADMSG);
		ck_assert_uint_eq(checked, 1);
	}
	mail_close(&mail);
}
END_TEST

static const struct {
	uint64_t in, out;
	int outcome;
} counts[] = {
	{ 10, 20, 0 },
	{ 11, 20, 0 },
	{ 10, 21, 0 },
	{ 9, 20, -EBADMSG },
	{ 10, 19, -EBADMSG },
	{ 9, 21, -EBADMSG },
	{ UINT64_MAX, 0, -EBADMSG },
};

START_TEST(bytes_that_a_worker_tells_of_only_grow)
{
	struct message m = { .type = MESSAGE_TRAFFIC };
	struct mail mail;

	mail_open(&mail);
	m.u.traffic.session = 1;
	m.u.traffic.in = 10;
	m.u.traffic.out = 20;
	ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	ck_assert_uint_eq(mail.entry->bytes_in, 10);
	ck_assert_uint_eq(mail.entry->bytes_out, 20);
	m.u.traffic.in = counts[_i].in;
	m.u.traffic.out = counts[_i].out;
	ck_assert_int_eq(post(&mail, &m, NULL, 0), counts[_i].outcome);
	if (counts[_i].outcome == 0) {
		ck_assert_uint_eq(mail.entry->bytes_in, counts[_i].in);
		ck_assert_uint_eq(mail.entry->bytes_out, counts[_i].out);
	}
	/* Nor at the end. */
	m.type = MESSAGE_CLOSED;
	m.u.closed.session = 1;
	m.u.closed.in = mail.entry->bytes_in;
	m.u.closed.out = mail.entry->bytes_out - 1;
	ck_assert_int_eq(post(&mail, &m, NULL, 0), -EBADMSG);
	ck_assert_ptr_nonnull(registry_find(mail.registry, 1));
	mail_close(&mail);
}
END_TEST

#define UNTIL 1795489200

static const struct {
	const char *verify; /* NULL: the record does not say */
	time_t until;
} validities[] = {
	{ "SUCCESS", UNTIL },
	{ "SUCCESS", 0 },
	{ "FAILED:expired", 0 },
	{ "NONE", 0 },
	{ NULL, 0 },
};

/* Until when it is good, whether by today's lists, and who has logged in. */
START_TEST(what_a_record_means_for_its_session_is_noted)
{
	const char *verify = validities[_i].verify;
	static char text[] =
	    RECORD "SSL_PROTOCOL=TLSv1.3\0SSL_CLIENT_VERIFY=NOTHING-OF-ALL";
	struct message m = { .type = MESSAGE_PUBLISH };
	size_t len = sizeof RECORD "SSL_PROTOCOL=TLSv1.3\0" - 1;
	struct mail mail;

	if (verify != NULL) {
		len += strlen("SSL_CLIENT_VERIFY=");
		memcpy(text + len, verify, strlen(verify) + 1);
		len += strlen(verify) + 1;
	}
	mail_open(&mail);
	mail.in.is_older = _i == 1;
	m.u.publish.session = 1;
	m.u.publish.good_until = _i == 1 ? 0 : UNTIL;
	m.u.publish.connection = connection(HERE);
	m.u.publish.text_len = (uint32_t)len;
	m.u.publish.is_welcome = _i == 1;
	ck_assert_int_eq(post(&mail, &m, text, len), 0);
	ck_assert_int_eq(mail.entry->good_until, validities[_i].until);
	ck_assert_int_eq(mail.entry->is_unreviewed, _i == 1);
	ck_assert_int_eq(mail.entry->is_newcomer, _i != 1);
	mail_close(&mail);
}
END_TEST

START_TEST(all_messages_that_lie_there_are_taken_at_once)
{
	struct message m = { .type = MESSAGE_ASK };
	struct mail mail;

	mail_open(&mail);
	m.u.ask.session = 1;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(message_send(mail.worker, &m, -1, NULL, 0), 0);
	ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	ck_assert_uint_eq(asked, 5);
	mail_close(&mail);
}
END_TEST

START_TEST(who_writes_without_end_does_not_keep_the_monitor)
{
	struct message m = { .type = MESSAGE_ASK };
	struct mail mail;

	mail_open(&mail);
	again = mail.worker;
	m.u.ask.session = 1;
	ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	ck_assert_uint_gt(asked, 1);
	mail_close(&mail);
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
		{ a_taken_connection_is_waited_for, 0 },
		{ a_connection_is_not_taken_from_its_session, 0 },
		{ ten_thousand_sessions_come_and_go, 0 },
		{ a_worker_has_one_certificate_of_a_session_checked_at_a_time,
		    3 },
		{ bytes_that_a_worker_tells_of_only_grow, ROWS(counts) },
		{ what_a_record_means_for_its_session_is_noted,
		    ROWS(validities) },
		{ all_messages_that_lie_there_are_taken_at_once, 0 },
		{ who_writes_without_end_does_not_keep_the_monitor, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}

size_t
inbox_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_worker_is_believed_for_its_own_sessions_only,
		    ROWS(published) },
		{ a_worker_ends_its_own_sessions_only, ROWS(told) },
		{ a_worker_asks_about_its_own_sessions_only, 3 },
		{ a_worker_tells_of_a_bounded_number_of_failures, 0 },
		{ sessions_of_one_source_have_a_suspect, 0 },
		{ the_end_of_a_channel_is_told, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
