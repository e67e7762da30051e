/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The order of what a worker says in its ring and in its channel: alice's has
 * session 1.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* In the channel there is one question, and behind it the session has ended. */
START_TEST(ring_and_channel_have_one_order)
{
	const struct message ask = { .type = MESSAGE_ASK, .u.ask.session = 1 },
			     end = { .type = MESSAGE_CLOSED,
				     .u.closed.session = 1 };
	struct mail mail;

	mail_open(&mail);
	mark(&mail);
	say(&mail, &end, NULL, 0);
	/* It is not there yet: what comes behind it has to wait. */
	ck_assert_int_eq(worker_channel_drain(&mail.in), 0);
	ck_assert_ptr_nonnull(registry_find(mail.registry, 1));
	ck_assert_int_eq(message_send(mail.worker, &ask, -1, NULL, 0), 0);
	ck_assert_int_eq(worker_channel_drain(&mail.in), 0);
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(mail.in.closed, 1);
	mail_close(&mail);
}
END_TEST

START_TEST(what_was_said_before_the_end_is_taken)
{
	const struct message end = { .type = MESSAGE_CLOSED,
		.u.closed.session = 1 };
	struct mail mail;

	mail_open(&mail);
	mail.in.looks = _i == 0;
	say(&mail, &end, NULL, 0);
	(void)shutdown(mail.worker, SHUT_RDWR);
	ck_assert_int_eq(worker_channel_drain(&mail.in), _i == 0 ? -EPIPE : 0);
	ck_assert_uint_eq(mail.in.closed, 1);
	mail_close(&mail);
}
END_TEST

/* In the channel without a mark is a lie. */
static const struct {
	enum message_type type;
	bool is_sent, is_marked;
	int outcome;
} places[] = {
	{ MESSAGE_NEXT, true, true, 0 },
	{ MESSAGE_NEXT, true, false, -EBADMSG },
	{ MESSAGE_ASK, true, true, 0 },
	{ MESSAGE_ASK, true, false, -EBADMSG },
	{ MESSAGE_ASK, false, false, 0 },
};

START_TEST(each_message_of_the_channel_has_its_place_in_the_ring)
{
	struct message m = { .type = places[_i].type };
	struct mail mail;

	mail_open(&mail);
	if (m.type == MESSAGE_ASK)
		m.u.ask.session = 1;
	if (places[_i].is_marked)
		mark(&mail);
	if (places[_i].is_sent)
		ck_assert_int_eq(message_send(mail.worker, &m, -1, NULL, 0), 0);
	else
		say(&mail, &m, NULL, 0);
	ck_assert_int_eq(worker_channel_drain(&mail.in), places[_i].outcome);
	mail_close(&mail);
}
END_TEST

size_t
worker_ring_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ ring_and_channel_have_one_order, 0 },
		{ what_was_said_before_the_end_is_taken, 2 },
		{ each_message_of_the_channel_has_its_place_in_the_ring,
		    ROWS(places) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
