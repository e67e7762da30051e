/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the monitor takes from a worker about sessions that come through a
 * proxy: alice's has session 1, bob's session 2.
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

size_t
introduce_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_proxys_word_about_its_client_counts_once,
		    ROWS(introductions) },
		{ nothing_is_published_before_the_client_is_known, 0 },
		{ nobody_is_penalised_in_a_proxys_place, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
