/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the monitor takes from a worker about sessions that come through a
 * proxy, or from an Edge: alice's has session 1, bob's session 2.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <errno.h>
#include <string.h>

static unsigned penalties;

static void
on_penalty(const struct stssl_address *peer, enum penalty_event event)
{
	(void)peer;
	(void)event;
	penalties++;
}

/* What has been said of session 1, and whether a proxy may say whose it is. */
static const struct {
	bool is_proxied, is_introduced;
	struct message_introduce introduce;
	int outcome;
	enum session_origin origin;
} introductions[] = {
	{ true, false, { .session = 1 }, 0, ORIGIN_CLIENT },
	{ true, false, { .session = 1, .is_own = 1 }, 0, ORIGIN_PROXY },
	{ true, false, { .session = 1, .fault = PROXY_FORMAT }, 0,
	    ORIGIN_AWAITED },
	/* no value of theirs */
	{ true, false, { .session = 1, .is_own = 2 }, -EBADMSG,
	    ORIGIN_AWAITED },
	{ true, false, { .session = 1, .fault = PROXY_FAULT_COUNT }, -EBADMSG,
	    ORIGIN_AWAITED },
	/* bob's, and nobody's */
	{ true, false, { .session = 2 }, -EBADMSG, ORIGIN_AWAITED },
	{ true, false, { .session = 3 }, -EBADMSG, ORIGIN_AWAITED },
	/* twice, and what came from no proxy */
	{ true, true, { .session = 1 }, -EBADMSG, ORIGIN_CLIENT },
	{ false, false, { .session = 1 }, -EBADMSG, ORIGIN_CLIENT },
};

START_TEST(a_proxys_word_about_its_client_counts_once)
{
	struct message m = { .type = MESSAGE_INTRODUCE,
		.u.introduce = introductions[_i].introduce };
	struct message first = { .type = MESSAGE_INTRODUCE,
		.u.introduce.session = 1 };
	struct mail mail;

	mail_open(&mail);
	m.u.introduce.client = first.u.introduce.client = mail.entry->peer;
	m.u.introduce.client.ip[15] = 55;
	if (introductions[_i].is_proxied)
		registry_await(mail.registry, mail.entry);
	if (introductions[_i].is_introduced)
		ck_assert_int_eq(post(&mail, &first, NULL, 0), 0);
	ck_assert_int_eq(post(&mail, &m, NULL, 0), introductions[_i].outcome);
	ck_assert_int_eq(mail.entry->origin, introductions[_i].origin);
	ck_assert_int_eq(mail.entry->peer.ip[15],
	    introductions[_i].origin == ORIGIN_CLIENT &&
		    introductions[_i].outcome == 0
		? 55
		: 7);
	mail_close(&mail);
}
END_TEST

/* Of a session that waits for its proxy's header there is no record. */
START_TEST(nothing_is_published_before_the_client_is_known)
{
	struct message m = { .type = MESSAGE_PUBLISH,
		.u.publish = { .session = 1, .text_len = sizeof(RECORD) - 1 } };
	struct mail mail;

	mail_open(&mail);
	m.u.publish.connection = connection_of(HERE);
	registry_await(mail.registry, mail.entry);
	ck_assert_int_eq(post(&mail, &m, TEXT(RECORD)), -EBADMSG);
	ck_assert_int_eq(mail.entry->record, RECORD_NONE);
	ck_assert_int_eq(
	    registry_introduce(mail.registry, mail.entry, &mail.entry->peer),
	    0);
	ck_assert_int_eq(post(&mail, &m, TEXT(RECORD)), 0);
	ck_assert_int_eq(mail.entry->record, RECORD_KNOWN);
	mail_close(&mail);
}
END_TEST

/* Its address is that of all its clients. */
START_TEST(nobody_is_penalised_in_a_proxys_place)
{
	const struct message m = { .type = MESSAGE_FAILED,
		.u.failed = { 1, PENALTY_LOGIN_FAILED } };
	struct stssl_address found;
	struct mail mail;

	mail_open(&mail);
	hooks.penalise = on_penalty;
	registry_await(mail.registry, mail.entry);
	ck_assert(!registry_source_of(mail.registry, &alice, &found));
	ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	ck_assert_int_eq(
	    registry_introduce(mail.registry, mail.entry, NULL), 0);
	ck_assert(!registry_source_of(mail.registry, &alice, &found));
	ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	ck_assert_uint_eq(penalties, 0);
	mail_close(&mail);
}
END_TEST

/* What has been said of session 1, and whether an Edge may say whose it is. */
static const struct {
	bool is_link, is_linked;
	struct message_introduce introduce;
	bool is_taken;
} links[] = {
	{ true, false, { .session = 1 }, true },
	{ true, true, { .session = 1 }, false },
	{ true, false, { .session = 1, .is_own = 1 }, false },
	{ true, false, { .session = 1, .fault = PROXY_FORMAT }, false },
	{ false, false, { .session = 1 }, false },
};

START_TEST(an_edges_word_about_its_client_counts_once)
{
	struct message m = { .type = MESSAGE_INTRODUCE,
		.u.introduce = links[_i].introduce };
	struct mail mail;

	if (links[_i].is_link)
		registry_generation.config->listeners[0].tls = LISTEN_LINK;
	mail_open(&mail);
	m.u.introduce.client = mail.entry->peer;
	if (links[_i].is_linked)
		ck_assert_int_eq(post(&mail, &m, NULL, 0), 0);
	m.u.introduce.client.ip[15] = 55;
	ck_assert_int_eq(
	    post(&mail, &m, NULL, 0), links[_i].is_taken ? 0 : -EBADMSG);
	ck_assert_int_eq(mail.entry->origin == ORIGIN_LINK,
	    links[_i].is_taken || links[_i].is_linked);
	ck_assert_int_eq(mail.entry->peer.ip[15], links[_i].is_taken ? 55 : 7);
	mail_close(&mail);
	registry_generation.config->listeners[0].tls = LISTEN_EXPLICIT;
}
END_TEST

#define EDGES_OWN RECORD "STSSL_EDGE=dmz1\0"
#define FROM_EDGE                                                \
	"STSSL_VERSION=1\0STSSL_SESSION=1\0STSSL_LISTENER=ftp\0" \
	"REMOTE_ADDR=192.0.2.55\0REMOTE_PORT=1000\0STSSL_EDGE=dmz1\0"

/*
 * The Edge is penalised for the link only, counted by its own address, and has
 * no record before it has said whose session it is.
 */
START_TEST(a_session_is_its_edges_until_the_client_is_known)
{
	const struct message fault = { .type = MESSAGE_FAILED,
		.u.failed = { 1, PENALTY_HANDSHAKE_FAILED } };
	struct message m = { .type = MESSAGE_PUBLISH,
		.u.publish = {
		    .session = 1, .text_len = sizeof(FROM_EDGE) - 1 } };
	struct message early = { .type = MESSAGE_PUBLISH,
		.u.publish = {
		    .session = 1, .text_len = sizeof(EDGES_OWN) - 1 } };
	struct message client = { .type = MESSAGE_INTRODUCE,
		.u.introduce.session = 1 };
	const struct census *census;
	struct stssl_address found;
	struct mail mail;

	registry_generation.config->listeners[0].tls = LISTEN_LINK;
	mail_open(&mail);
	census = registry_census(mail.registry);
	hooks.penalise = on_penalty;
	penalties = 0;
	ck_assert_int_eq(post(&mail, &fault, NULL, 0), 0);
	ck_assert_uint_eq(penalties, 1);
	m.u.publish.connection = connection_of(HERE);
	client.u.introduce.client = mail.entry->peer;
	client.u.introduce.client.ip[15] = 55;
	/* As if the Edge were the client. */
	early.u.publish.connection = m.u.publish.connection;
	ck_assert_int_eq(post(&mail, &early, TEXT(EDGES_OWN)), -EBADMSG);
	ck_assert_int_eq(post(&mail, &client, NULL, 0), 0);
	ck_assert_int_eq(post(&mail, &m, TEXT(FROM_EDGE)), 0);
	ck_assert_int_eq(mail.entry->record, RECORD_KNOWN);
	ck_assert_int_eq(post(&mail, &fault, NULL, 0), 0);
	ck_assert_uint_eq(penalties, 1);
	ck_assert(!registry_source_of(mail.registry, &alice, &found));
	/* Bob's comes from there, too. */
	ck_assert_uint_eq(census_of(census, 0, &mail.entry->edge).sessions, 2);
	ck_assert_uint_eq(census_of(census, 0, &mail.entry->peer).sessions, 0);
	mail_close(&mail);
	registry_generation.config->listeners[0].tls = LISTEN_EXPLICIT;
}
END_TEST

static const struct {
	struct message_compared m;
	enum listen_tls tls;
	bool is_taken;
} comparisons[] = {
	{ { .session = 1, .is_same = 1, .is_known = 1 }, LISTEN_LINK, true },
	{ { .session = 1, .is_same = 0, .is_known = 1 }, LISTEN_LINK, true },
	{ { .session = 1, .is_same = 0, .is_known = 0 }, LISTEN_LINK, true },
	{ { .session = 1, .is_same = 1, .is_known = 0 }, LISTEN_LINK, false },
	{ { .session = 1, .is_same = 2, .is_known = 1 }, LISTEN_LINK, false },
	{ { .session = 1, .is_same = 1, .is_known = 2 }, LISTEN_LINK, false },
	{ { .session = 2, .is_same = 1, .is_known = 1 }, LISTEN_LINK, false },
	{ { .session = 1, .is_same = 1, .is_known = 1 }, LISTEN_EXPLICIT,
	    false },
};

START_TEST(policies_are_compared_on_links_only)
{
	const struct message m = { .type = MESSAGE_COMPARED,
		.u.compared = comparisons[_i].m };
	const bool is_taken = comparisons[_i].is_taken;
	struct mail mail;

	registry_generation.config->listeners[0].tls = comparisons[_i].tls;
	mail_open(&mail);
	ck_assert_int_eq(post(&mail, &m, NULL, 0), is_taken ? 0 : -EBADMSG);
	ck_assert_uint_eq(
	    registry_metrics(mail.registry)->listeners[0].policy_mismatches,
	    is_taken && m.u.compared.is_same == 0);
	mail_close(&mail);
	registry_generation.config->listeners[0].tls = LISTEN_EXPLICIT;
}
END_TEST

size_t
introduce_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_proxys_word_about_its_client_counts_once,
		    ROWS(introductions) },
		{ nothing_is_published_before_the_client_is_known, 0 },
		{ nobody_is_penalised_in_a_proxys_place, 0 },
		{ an_edges_word_about_its_client_counts_once, ROWS(links) },
		{ a_session_is_its_edges_until_the_client_is_known, 0 },
		{ policies_are_compared_on_links_only, ROWS(comparisons) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
