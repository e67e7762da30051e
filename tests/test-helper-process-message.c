/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages between the processes: whole, or impossible.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/monitor/children/outbox.h"

static void
open_pair(int pair[static 2])
{
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
}

static int
count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* Send bytes as they are, with `fd_count` times descriptor 0. */
static void
send_raw(int channel, const void *bytes, size_t len, size_t fd_count)
{
	union {
		char bytes[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	union {
		const void *from;
		void *base;
	} what = { .from = bytes };
	struct iovec iov = { what.base, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd_count > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memset(CMSG_DATA(c), 0, fd_count * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(channel, &msg, 0), (int)len);
}

START_TEST(a_client_arrives_with_its_socket)
{
	struct message m = { .type = MESSAGE_CLIENT }, got;
	int pair[2], fd = -1;

	open_pair(pair);
	m.u.client.session = 0x7f3a;
	m.u.client.listener = 2;
	ck_assert_int_eq(message_send(pair[0], &m, 0, NULL, 0), 0);
	ck_assert_int_eq(
	    message_receive(pair[1], SENDER_MONITOR, &got, &fd, NULL), 0);
	ck_assert_uint_eq(got.type, MESSAGE_CLIENT);
	ck_assert_uint_eq(got.u.client.session, 0x7f3a);
	ck_assert_uint_eq(got.u.client.listener, 2);
	ck_assert_int_gt(fd, 2);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(a_record_arrives_whole_up_to_the_greatest)
{
	static const uint32_t lengths[] = { 0, 1, STSSL_RECORD_MAX };
	static char text[STSSL_RECORD_MAX], more[STSSL_RECORD_MAX];
	struct message m = { .type = MESSAGE_PUBLISH }, got;
	int pair[2], fd = 7;

	open_pair(pair);
	memset(text, 'x', sizeof text);
	m.u.publish.text_len = lengths[_i];
	ck_assert_int_eq(message_send(pair[0], &m, -1, text, lengths[_i]), 0);
	ck_assert_int_eq(
	    message_receive(pair[1], SENDER_WORKER, &got, &fd, more), 0);
	ck_assert_uint_eq(got.u.publish.text_len, lengths[_i]);
	ck_assert_mem_eq(more, text, lengths[_i]);
	ck_assert_int_eq(fd, -1);
}
END_TEST

#define FULL sizeof(struct message)

static const struct {
	uint32_t type, zero, text_len;
	size_t len, fd_count;
	enum message_sender sender;
} impossible[] = {
	/* no message at all */
	{ MESSAGE_NONE, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_COUNT, 0, 0, FULL, 0, SENDER_WORKER },
	{ UINT32_MAX, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_CLOSED, 1, 0, FULL, 0, SENDER_WORKER },
	/* length */
	{ MESSAGE_CLOSED, 0, 0, 1, 0, SENDER_WORKER },
	{ MESSAGE_CLOSED, 0, 0, FULL - 1, 0, SENDER_WORKER },
	{ MESSAGE_CLOSED, 0, 0, FULL + 1, 0, SENDER_WORKER },
	{ MESSAGE_PUBLISH, 0, 2, FULL + 1, 0, SENDER_WORKER },
	{ MESSAGE_PUBLISH, 0, 0, FULL + 1, 0, SENDER_WORKER },
	{ MESSAGE_PUBLISH, 0, UINT32_MAX, FULL, 0, SENDER_WORKER },
	{ MESSAGE_PUBLISH, 0, STSSL_RECORD_MAX + 1, FULL + STSSL_RECORD_MAX + 1,
	    0, SENDER_WORKER },
	/* the other one's */
	{ MESSAGE_CLIENT, 0, 0, FULL, 1, SENDER_WORKER },
	{ MESSAGE_VERDICT, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_STOP, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_CLOSED, 0, 0, FULL, 0, SENDER_MONITOR },
	{ MESSAGE_ADVICE, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_ANSWER, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_QUESTION, 0, 0, FULL, 0, SENDER_ADVISOR },
	{ MESSAGE_ASK, 0, 0, FULL, 0, SENDER_ADVISOR },
	{ MESSAGE_CLOSED, 0, 0, FULL, 0, SENDER_ADVISOR },
	{ MESSAGE_LOADED, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_REFUSED, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_PUBLISH, 0, 0, FULL, 0, SENDER_KEYHOLDER },
	{ MESSAGE_KEYS, 0, 0, FULL, 0, SENDER_MONITOR },
	{ MESSAGE_KEYS, 0, 0, FULL, 2, SENDER_MONITOR },
	{ MESSAGE_REFUSED, 0, 0, FULL, 1, SENDER_KEYHOLDER },
	{ MESSAGE_ASK, 0, 0, FULL, 0, SENDER_MONITOR },
	{ MESSAGE_ANSWER, 0, 0, FULL + 1, 0, SENDER_ADVISOR },
	{ MESSAGE_ASK, 0, 0, FULL - 1, 0, SENDER_WORKER },
	{ MESSAGE_RESOLVED, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_RESOLVED, 0, 0, FULL, 0, SENDER_ADVISOR },
	{ MESSAGE_ADDRESS, 0, 0, FULL, 0, SENDER_INQUIRER },
	{ MESSAGE_WELCOME, 0, 0, FULL, 0, SENDER_INQUIRER },
	{ MESSAGE_PROVEN, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_PROVEN, 0, 0, FULL + 1, 0, SENDER_VERIFIER },
	{ MESSAGE_CHAIN, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_CHAIN, 0, 0, FULL + 1, 0, SENDER_VERIFIER },
	{ MESSAGE_VERIFIER, 0, 0, FULL, 0, SENDER_MONITOR },
	{ MESSAGE_CHECKED, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_INQUIRY, 0, 0, FULL, 0, SENDER_INQUIRER },
	{ MESSAGE_FOUND, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_FOUND, 0, 0, FULL + 1, 0, SENDER_INQUIRER },
	{ MESSAGE_CLOSED, 0, 0, FULL, 0, SENDER_INQUIRER },
	{ MESSAGE_ROUTE, 0, 0, FULL, 1, SENDER_MONITOR },
	{ MESSAGE_DATA, 0, 0, FULL, 1, SENDER_WORKER },
	/* descriptors */
	{ MESSAGE_CLIENT, 0, 0, FULL, 0, SENDER_MONITOR },
	{ MESSAGE_CLIENT, 0, 0, FULL, 2, SENDER_MONITOR },
	{ MESSAGE_CLIENT, 0, 0, FULL, 3, SENDER_MONITOR },
	{ MESSAGE_STOP, 0, 0, FULL, 1, SENDER_MONITOR },
	{ MESSAGE_CLOSED, 0, 0, FULL, 1, SENDER_WORKER },
	{ MESSAGE_ROUTE, 0, 0, FULL, 0, SENDER_WORKER },
	{ MESSAGE_ROUTE, 0, 0, FULL, 2, SENDER_WORKER },
	{ MESSAGE_DATA, 0, 0, FULL, 0, SENDER_MONITOR },
};

START_TEST(an_impossible_message_is_refused_and_leaves_nothing)
{
	char *bytes = calloc(1, FULL + STSSL_RECORD_MAX + 1);
	char *more = malloc(STSSL_RECORD_MAX);
	struct message m = { .type = impossible[_i].type,
		.zero = impossible[_i].zero };
	int pair[2], fd = 7, before;

	open_pair(pair);
	m.u.publish.text_len = impossible[_i].text_len;
	memcpy(bytes, &m, sizeof m);
	send_raw(pair[0], bytes, impossible[_i].len, impossible[_i].fd_count);
	before = count_fds();
	ck_assert_int_eq(
	    message_receive(pair[1], impossible[_i].sender, &m, &fd, more),
	    -EBADMSG);
	ck_assert_int_eq(count_fds(), before);
	ck_assert_int_eq(fd, 7);
	free(bytes);
	free(more);
}
END_TEST

static const struct {
	uint32_t type;
	enum message_sender sender;
} named[] = {
	{ MESSAGE_ASK, SENDER_WORKER },
	{ MESSAGE_QUESTION, SENDER_MONITOR },
	{ MESSAGE_ADVICE, SENDER_MONITOR },
	{ MESSAGE_ANSWER, SENDER_ADVISOR },
	{ MESSAGE_VERDICT, SENDER_MONITOR },
};

static char *
name_in(struct message *m)
{
	switch (m->type) {
	case MESSAGE_ASK:
		return m->u.ask.user;
	case MESSAGE_QUESTION:
		return m->u.question.user;
	case MESSAGE_ADVICE:
		return m->u.advice.user;
	case MESSAGE_VERDICT:
		return m->u.verdict.class_name;
	default:
		return m->u.answer.user;
	}
}

/* Of a user or of a class: both are as long. */
START_TEST(a_name_ends_within_its_message)
{
	struct message m = { .type = named[_i].type };
	char *name = name_in(&m);
	char *more = malloc(STSSL_RECORD_MAX);
	int pair[2], fd;

	open_pair(pair);
	memset(name, 'x', MESSAGE_USER_MAX);
	send_raw(pair[0], &m, sizeof m, 0);
	ck_assert_int_eq(
	    message_receive(pair[1], named[_i].sender, &m, &fd, more), 0);
	name[MESSAGE_USER_MAX] = 'x';
	send_raw(pair[0], &m, sizeof m, 0);
	ck_assert_int_eq(
	    message_receive(pair[1], named[_i].sender, &m, &fd, more),
	    -EBADMSG);
	free(more);
}
END_TEST

START_TEST(a_question_is_about_what_there_is)
{
	struct message m = { .type = _i == 0 ? MESSAGE_ASK : MESSAGE_QUESTION };
	const enum message_sender sender =
	    _i == 0 ? SENDER_WORKER : SENDER_MONITOR;
	uint32_t *about = _i == 0 ? &m.u.ask.about : &m.u.question.about;
	char *more = malloc(STSSL_RECORD_MAX);
	int pair[2], fd;

	open_pair(pair);
	*about = ABOUT_COUNT - 1;
	send_raw(pair[0], &m, sizeof m, 0);
	ck_assert_int_eq(message_receive(pair[1], sender, &m, &fd, more), 0);
	*about = ABOUT_COUNT;
	send_raw(pair[0], &m, sizeof m, 0);
	ck_assert_int_eq(
	    message_receive(pair[1], sender, &m, &fd, more), -EBADMSG);
	free(more);
}
END_TEST

START_TEST(a_record_for_who_takes_none_is_impossible)
{
	struct message m = { .type = MESSAGE_QUESTION,
		.u.question.text_len = 1 };
	int pair[2], fd;

	open_pair(pair);
	ck_assert_int_eq(message_send(pair[0], &m, -1, "x", 1), 0);
	ck_assert_int_eq(
	    message_receive(pair[1], SENDER_MONITOR, &m, &fd, NULL), -EBADMSG);
}
END_TEST

START_TEST(an_empty_channel_and_a_closed_one_differ)
{
	struct message m;
	int pair[2], fd;

	open_pair(pair);
	ck_assert_int_eq(
	    message_receive(pair[1], SENDER_MONITOR, &m, &fd, NULL), -EAGAIN);
	(void)close(pair[0]);
	ck_assert_int_eq(
	    message_receive(pair[1], SENDER_MONITOR, &m, &fd, NULL), -EPIPE);
	m = (struct message){ .type = MESSAGE_CLOSED };
	ck_assert_int_eq(message_send(pair[1], &m, -1, NULL, 0), -EPIPE);
}
END_TEST

START_TEST(a_full_channel_says_so)
{
	const struct message m = { .type = MESSAGE_CLOSED };
	int pair[2], r;

	open_pair(pair);
	do {
		r = message_send(pair[0], &m, -1, NULL, 0);
	} while (r == 0);
	ck_assert_int_eq(r, -EAGAIN);
}
END_TEST

static int
tell(struct outbox *box, int channel, uint64_t session)
{
	struct message m = { .type = MESSAGE_VERDICT };

	m.u.verdict.session = session;
	return outbox_send(box, channel, &m, -1);
}

START_TEST(what_a_channel_has_no_room_for_comes_later_in_order)
{
	const struct message client = { .type = MESSAGE_CLIENT };
	struct outbox box = { STAILQ_HEAD_INITIALIZER(box.items), 0 };
	struct message m;
	int pair[2], sock = socket(AF_INET, SOCK_STREAM, 0), fd;
	uint64_t told = 0;

	open_pair(pair);
	while (box.count < OUTBOX_MAX - 1)
		ck_assert_int_eq(tell(&box, pair[0], told++), 0);
	ck_assert_int_eq(outbox_send(&box, pair[0], &client, sock), 0);
	(void)close(sock);
	ck_assert_int_eq(tell(&box, pair[0], told), -EAGAIN);
	for (uint64_t i = 0; i < told; i++) {
		ck_assert_int_eq(outbox_flush(&box, pair[0]), 0);
		ck_assert_int_eq(
		    message_receive(pair[1], SENDER_MONITOR, &m, &fd, NULL), 0);
		ck_assert_uint_eq(m.type, MESSAGE_VERDICT);
		ck_assert_uint_eq(m.u.verdict.session, i);
	}
	ck_assert(outbox_is_empty(&box));
	ck_assert_uint_eq(box.count, 0);
	ck_assert_int_eq(
	    message_receive(pair[1], SENDER_MONITOR, &m, &fd, NULL), 0);
	ck_assert_uint_eq(m.type, MESSAGE_CLIENT);
	ck_assert_int_ge(fd, 0);
}
END_TEST

START_TEST(what_is_kept_for_nobody_is_not_lost_by_trying)
{
	struct outbox box = { STAILQ_HEAD_INITIALIZER(box.items), 0 };
	int pair[2];

	open_pair(pair);
	while (box.count == 0)
		ck_assert_int_eq(tell(&box, pair[0], 1), 0);
	(void)close(pair[1]);
	ck_assert_int_eq(outbox_flush(&box, pair[0]), -EPIPE);
	ck_assert_uint_eq(box.count, 1);
	outbox_clear(&box);
	ck_assert(outbox_is_empty(&box));
}
END_TEST

size_t
message_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_client_arrives_with_its_socket, 0 },
		{ a_record_arrives_whole_up_to_the_greatest, 3 },
		{ an_impossible_message_is_refused_and_leaves_nothing,
		    ROWS(impossible) },
		{ a_name_ends_within_its_message, ROWS(named) },
		{ a_question_is_about_what_there_is, 2 },
		{ a_record_for_who_takes_none_is_impossible, 0 },
		{ an_empty_channel_and_a_closed_one_differ, 0 },
		{ a_full_channel_says_so, 0 },
		{ what_a_channel_has_no_room_for_comes_later_in_order, 0 },
		{ what_is_kept_for_nobody_is_not_lost_by_trying, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
