/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the monitor takes from a worker: alice's has session 1, bob's session 2.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned failures;

static void
on_failed(const struct stssl_address *peer, enum penalty_event event)
{
	ck_assert_uint_eq(peer->port, 1000);
	ck_assert_int_eq(event, PENALTY_LOGIN_FAILED);
	failures++;
}

/* What alice's worker has said. */
static int
drain(struct mail *mail, size_t *ended)
{
	int r;

	hooks.penalise = on_failed;
	r = worker_channel_drain(&mail->in);
	*ended = mail->in.closed;
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
	{ TEXT(RECORD "STSSL_EDGE=dmz1\0"), 1, false },
	{ TEXT(RECORD "STSSL_CONNECTION_0=" HERE "\0"), 1, false },
	{ TEXT(RECORD "STSSL_SOURCE_0=192.0.2.7\0"), 1, false },
};

START_TEST(a_worker_is_believed_for_its_own_sessions_only)
{
	struct mail mail;
	struct message m = { .type = MESSAGE_PUBLISH };
	size_t ended = 0;

	mail_open(&mail);
	m.u.publish.session = published[_i].session;
	m.u.publish.connection = connection_of(HERE);
	m.u.publish.text_len = (uint32_t)published[_i].len;
	say(&mail, &m, published[_i].text, published[_i].len);
	ck_assert_int_eq(
	    drain(&mail, &ended), published[_i].is_taken ? 0 : -EBADMSG);
	ck_assert_int_eq(registry_find_connection(
			     mail.registry, &m.u.publish.connection) != NULL,
	    published[_i].is_taken);
	mail_close(&mail);
}
END_TEST

static const struct {
	enum listen_tls tls;
	const char *text;
	size_t len;
	bool is_taken;
} edges[] = {
	{ LISTEN_LINK, TEXT(RECORD "STSSL_EDGE=dmz1\0"), true },
	{ LISTEN_LINK, TEXT(RECORD "STSSL_EDGE=\0"), false },
	{ LISTEN_LINK, TEXT(RECORD), false },
	{ LISTEN_EXPLICIT, TEXT(RECORD "STSSL_EDGE=dmz1\0"), false },
	{ LISTEN_IMPLICIT, TEXT(RECORD "STSSL_EDGE=dmz1\0"), false },
	{ LISTEN_IMPLICIT, TEXT(RECORD "STSSL_EDGE=\0"), false },
};

START_TEST(an_edge_is_named_for_the_clients_of_links_and_no_others)
{
	struct mail mail;
	struct message m = { .type = MESSAGE_PUBLISH, .u.publish.session = 1 };
	struct session_entry *e;
	size_t ended = 0;

	registry_generation.config->listeners[0].tls = edges[_i].tls;
	mail_open(&mail);
	e = mail.entry;
	e->edge = e->peer;
	if (edges[_i].tls == LISTEN_LINK)
		e->origin = ORIGIN_LINK;
	m.u.publish.connection = connection_of(HERE);
	m.u.publish.text_len = (uint32_t)edges[_i].len;
	say(&mail, &m, edges[_i].text, edges[_i].len);
	ck_assert_int_eq(
	    drain(&mail, &ended), edges[_i].is_taken ? 0 : -EBADMSG);
	ck_assert_int_eq(registry_find_connection(
			     mail.registry, &m.u.publish.connection) != NULL,
	    edges[_i].is_taken);
	registry_generation.config->listeners[0].tls = LISTEN_EXPLICIT;
	mail_close(&mail);
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
	{ { .type = MESSAGE_UNREACHABLE, .u.unreachable.session = 1 }, 0, 0 },
	{ { .type = MESSAGE_UNREACHABLE, .u.unreachable.session = 2 }, -EBADMSG,
	    0 },
	{ { .type = MESSAGE_CLOSED, .u.closed.session = 1 }, 0, 1 },
	{ { .type = MESSAGE_CLOSED, .u.closed.session = 2 }, -EBADMSG, 0 },
	{ { .type = MESSAGE_CLOSED, .u.closed.session = 3 }, -EBADMSG, 0 },
};

START_TEST(a_worker_ends_its_own_sessions_only)
{
	struct mail mail;
	size_t ended = 0;

	mail_open(&mail);
	say(&mail, &told[_i].m, NULL, 0);
	ck_assert_int_eq(drain(&mail, &ended), told[_i].outcome);
	ck_assert_uint_eq(ended, told[_i].ended);
	ck_assert_int_eq(
	    registry_find(mail.registry, 1) == NULL, told[_i].ended == 1);
	ck_assert_ptr_nonnull(registry_find(mail.registry, 2));
	mail_close(&mail);
}
END_TEST

START_TEST(a_worker_tells_of_a_bounded_number_of_failures)
{
	struct mail mail;
	const struct message m = { .type = MESSAGE_FAILED,
		.u.failed = { 1, PENALTY_LOGIN_FAILED } };
	size_t ended = 0;

	mail_open(&mail);
	for (int i = 0; i < 17; i++) {
		say(&mail, &m, NULL, 0);
		ck_assert_int_eq(drain(&mail, &ended), i < 16 ? 0 : -EBADMSG);
	}
	ck_assert_uint_eq(failures, 16);
	mail_close(&mail);
}
END_TEST

/* Of the one that is bob's. */
START_TEST(a_worker_claims_a_bounded_number_of_taken_connections)
{
	struct stssl_connection here = connection_of(HERE);
	struct mail mail;

	mail_open(&mail);
	ck_assert_int_eq(
	    registry_publish(mail.registry, registry_find(mail.registry, 2),
		&here, TEXT("bob's")),
	    0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(post_record(&mail, TEXT(RECORD), false, false),
		    i < MESSAGE_SOURCES ? 0 : -EBADMSG);
		ck_assert_uint_eq(registry_settle(mail.registry), 1);
		ck_assert_uint_eq(
		    registry_find_connection(mail.registry, &here)->session, 2);
	}
	mail_close(&mail);
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
	struct mail mail;
	size_t ended = 0;

	mail_open(&mail);
	(void)close(mail.worker);
	ck_assert_int_eq(drain(&mail, &ended), -EPIPE);
	mail_close(&mail);
}
END_TEST

START_TEST(a_worker_asks_about_its_own_sessions_only)
{
	struct mail mail;
	struct message m = { .type = MESSAGE_ASK };
	size_t ended = 0;

	mail_open(&mail);
	m.u.ask.session = (uint64_t)_i + 1;
	say(&mail, &m, NULL, 0);
	ck_assert_int_eq(
	    drain(&mail, &ended), m.u.ask.session == 1 ? 0 : -EBADMSG);
	ck_assert_uint_eq(asked, m.u.ask.session == 1);
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

/* Whether it is by today's lists, and who has logged in. */
START_TEST(what_a_record_means_for_its_session_is_noted)
{
	struct mail mail;

	mail_open(&mail);
	mail.in.is_older = _i == 1;
	ck_assert_int_eq(post_record(&mail, TEXT(RECORD), false, _i == 1), 0);
	ck_assert_int_eq(mail.entry->is_unreviewed, _i == 1);
	ck_assert_int_eq(mail.entry->is_newcomer, _i != 1);
	mail_close(&mail);
}
END_TEST

/* Of five. */
static const struct {
	unsigned most, taken;
} portions[] = { { 0, 5 }, { 2, 2 }, { 9, 5 } };

START_TEST(all_messages_that_lie_there_are_taken_or_as_many_as_asked_for)
{
	struct message m = { .type = MESSAGE_ASK };
	struct mail mail;

	mail_open(&mail);
	mail.in.most = portions[_i].most;
	m.u.ask.session = 1;
	for (int i = 0; i < 4; i++)
		say(&mail, &m, NULL, 0);
	ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	ck_assert_uint_eq(asked, portions[_i].taken);
	mail_close(&mail);
}
END_TEST

START_TEST(who_writes_without_end_does_not_keep_the_monitor)
{
	struct message m = { .type = MESSAGE_ASK };
	struct mail mail;

	mail_open(&mail);
	again = &mail.said;
	m.u.ask.session = 1;
	ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	/* What came meanwhile has its turn the next time. */
	ck_assert_uint_eq(asked, 1);
	ck_assert_int_eq(worker_channel_drain(&mail.in), 0);
	ck_assert_uint_eq(asked, 2);
	mail_close(&mail);
}
END_TEST

size_t
worker_channel_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_worker_is_believed_for_its_own_sessions_only,
		    ROWS(published) },
		{ an_edge_is_named_for_the_clients_of_links_and_no_others,
		    ROWS(edges) },
		{ a_worker_ends_its_own_sessions_only, ROWS(told) },
		{ a_worker_asks_about_its_own_sessions_only, 3 },
		{ a_worker_tells_of_a_bounded_number_of_failures, 0 },
		{ a_worker_claims_a_bounded_number_of_taken_connections, 0 },
		{ sessions_of_one_source_have_a_suspect, 0 },
		{ the_end_of_a_channel_is_told, 0 },
		{ bytes_that_a_worker_tells_of_only_grow, ROWS(counts) },
		{ what_a_record_means_for_its_session_is_noted, 2 },
		{ all_messages_that_lie_there_are_taken_or_as_many_as_asked_for,
		    ROWS(portions) },
		{ who_writes_without_end_does_not_keep_the_monitor, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
