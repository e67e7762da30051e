/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When a worker wakes the monitor.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/base/message_ring.h"
#include "helper/base/ring.h"
#include "helper/worker/voice.h"

static struct ring ring, said;
static struct voice voice;
static struct ev_loop *loop;
static int far_end, near_end;

static const struct message word = { .type = MESSAGE_WELCOME,
	.u.welcome.session = 7 };

static void
begin(void)
{
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	far_end = pair[0];
	near_end = pair[1];
	ck_assert_int_eq(ring_open(&ring), 0);
	said = ring;
	loop = ev_loop_new(0);
	ck_assert_ptr_nonnull(loop);
	voice_init(&voice, loop, &said, near_end);
}

static void
end(void)
{
	voice_done(&voice);
	ev_loop_destroy(loop);
	ring_close(&ring);
	(void)close(far_end);
	(void)close(near_end);
}

/* The next of the ring, or MESSAGE_NONE. */
static enum message_type
take(void)
{
	static char text[MESSAGE_MORE_MAX];
	struct message m;
	uint64_t until;
	int r;

	ck_assert_int_eq(ring_look(&ring, &until), 0);
	r = message_get(&ring, until, &m, text);
	ck_assert(r == 0 || r == -EAGAIN);
	if (r < 0)
		return MESSAGE_NONE;
	ring_drop(&ring);
	return (enum message_type)m.type;
}

/* The same of the channel. */
static enum message_type
receive(void)
{
	static char text[MESSAGE_MORE_MAX];
	struct message m;
	int fd, r = message_receive(far_end, SENDER_WORKER, &m, &fd, text);

	ck_assert(r == 0 || r == -EAGAIN);
	return r == 0 ? (enum message_type)m.type : MESSAGE_NONE;
}

START_TEST(a_monitor_that_listens_is_not_woken)
{
	begin();
	ck_assert_int_eq(voice_say(&voice, &word, NULL, 0), 0);
	ck_assert_int_eq(take(), MESSAGE_WELCOME);
	/* Until nothing is waited for any more. */
	(void)ev_run(loop, 0);
	ck_assert_int_eq(receive(), MESSAGE_NONE);
	ck_assert_int_eq(take(), MESSAGE_NONE);
	end();
}
END_TEST

START_TEST(a_monitor_that_sleeps_is_woken_once)
{
	begin();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(voice_say(&voice, &word, NULL, 0), 0);
	ck_assert_int_eq(receive(), MESSAGE_NONE);
	(void)ev_run(loop, 0);
	ck_assert_int_eq(receive(), MESSAGE_NEXT);
	ck_assert_int_eq(receive(), MESSAGE_NONE);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take(), MESSAGE_WELCOME);
	ck_assert_int_eq(take(), MESSAGE_NEXT);
	ck_assert_int_eq(take(), MESSAGE_NONE);
	/* And the next time as well. */
	ck_assert_int_eq(voice_say(&voice, &word, NULL, 0), 0);
	(void)ev_run(loop, 0);
	ck_assert_int_eq(receive(), MESSAGE_NEXT);
	end();
}
END_TEST

/* What is said after the monitor was woken, and before it has come. */
START_TEST(nothing_is_forgotten_behind_a_call)
{
	begin();
	ck_assert_int_eq(voice_call(&voice, &word, -1), 0);
	ck_assert_int_eq(voice_say(&voice, &word, NULL, 0), 0);
	ck_assert_int_eq(receive(), MESSAGE_WELCOME);
	ck_assert_int_eq(take(), MESSAGE_NEXT);
	(void)ev_run(loop, 0);
	ck_assert_int_eq(receive(), MESSAGE_NEXT);
	ck_assert_int_eq(take(), MESSAGE_WELCOME);
	end();
}
END_TEST

START_TEST(who_calls_is_heard_at_once_and_in_order)
{
	const struct message ask = { .type = MESSAGE_ASK };

	begin();
	ck_assert_int_eq(voice_say(&voice, &word, NULL, 0), 0);
	ck_assert_int_eq(voice_call(&voice, &ask, -1), 0);
	ck_assert_int_eq(receive(), MESSAGE_ASK);
	ck_assert_int_eq(take(), MESSAGE_WELCOME);
	ck_assert_int_eq(take(), MESSAGE_NEXT);
	ck_assert_int_eq(take(), MESSAGE_NONE);
	(void)ev_run(loop, 0);
	ck_assert_int_eq(receive(), MESSAGE_NONE);
	end();
}
END_TEST

/* Of the calls one, when it is half full; the last message is refused. */
START_TEST(a_monitor_that_takes_nothing_is_gone_after_a_while)
{
	size_t n = 0, woken = 0;

	begin();
	while (voice_say(&voice, &word, NULL, 0) == 0) {
		n++;
		woken += receive() == MESSAGE_NEXT;
		ck_assert_int_eq(
		    woken, n * ring_room(sizeof word) > RING_BYTES / 2 ? 1 : 0);
	}
	ck_assert_int_eq(receive(), MESSAGE_NONE);
	/* It has come: all is there. */
	for (size_t left = n + 1; left > 0; left--)
		ck_assert_int_ne(take(), MESSAGE_NONE);
	ck_assert_int_eq(take(), MESSAGE_NONE);
	ck_assert_int_eq(voice_say(&voice, &word, NULL, 0), 0);
	end();
}
END_TEST

START_TEST(a_monitor_that_is_gone_cannot_be_called)
{
	begin();
	(void)close(far_end);
	ck_assert_int_eq(voice_call(&voice, &word, -1), -EPIPE);
	end();
}
END_TEST

size_t
voice_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_monitor_that_listens_is_not_woken, 0 },
		{ a_monitor_that_sleeps_is_woken_once, 0 },
		{ nothing_is_forgotten_behind_a_call, 0 },
		{ who_calls_is_heard_at_once_and_in_order, 0 },
		{ a_monitor_that_takes_nothing_is_gone_after_a_while, 0 },
		{ a_monitor_that_is_gone_cannot_be_called, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
