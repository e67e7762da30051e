/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ring has the order: each message of the channel has its place in it.
 */
#include <config.h>
#include "helper/worker/voice.h"

#include <errno.h>
#include <time.h>

#include "helper/base/message.h"
#include "helper/base/message_ring.h"
#include "helper/base/ring.h"
#include "status/clock.h"

/*
 * How long it may take until the monitor hears of something that nobody waits
 * for.  It hears of it earlier when a client comes or somebody asks, and in
 * each turn of its event loop; on a busy machine so short a time as 5 ms would
 * wake it for most sessions.
 */
#define PATIENCE_SECONDS .05
/* A monitor that takes nothing for so long is gone. */
#define FULL_MS 2000

static const struct message next = { .type = MESSAGE_NEXT };

/* Without it nobody could be woken when the ring is full. */
static size_t
spare(void)
{
	return ring_room(sizeof(struct message));
}

/* The monitor was woken, and has not come as far as that yet. */
static bool
is_called(const struct voice *v)
{
	return ring_taken(v->ring) < v->called;
}

/*
 * Without its message the mark would be another one's, so that a failure is
 * the end.
 */
static int
send_marked(struct voice *v, const struct message *m, int fd)
{
	int r;

	v->called = v->ring->at;
	r = message_send(v->channel, m, fd, NULL, 0);
	return r == -EAGAIN ? -EPIPE : r;
}

/* There is room for it: all others leave it free. */
static int
wake(struct voice *v)
{
	int r;

	if (is_called(v))
		return 0;
	r = message_put(v->ring, &next, NULL, 0, 0);
	return r < 0 ? r : send_marked(v, &next, -1);
}

static void
wait_a_moment(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	(void)nanosleep(&moment, NULL);
}

/* Until there is room for it, in the hope that the monitor goes on. */
static int
put_when_full(
    struct voice *v, const struct message *m, const void *more, size_t len)
{
	const int64_t begin = stssl_now_ms();
	int r = wake(v);

	if (r < 0)
		return r;
	do {
		wait_a_moment();
		r = message_put(v->ring, m, more, len, spare());
	} while (r == -EAGAIN && stssl_now_ms() - begin < FULL_MS);
	return r;
}

static int
put(struct voice *v, const struct message *m, const void *more, size_t len)
{
	int r = message_put(v->ring, m, more, len, spare());

	return r == -EAGAIN ? put_when_full(v, m, more, len) : r;
}

static void
wait_for_it(struct voice *v)
{
	v->unheard = v->ring->at;
	ev_timer_set(&v->patience, PATIENCE_SECONDS, 0.);
	ev_timer_start(v->loop, &v->patience);
}

/* Messages up to `unheard` were there when the timer was started. */
static void
on_patience(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct voice *v = timer->data;
	const uint64_t taken = ring_taken(v->ring);

	(void)loop;
	(void)events;
	if (taken < v->unheard && !is_called(v)) {
		if (wake(v) < 0)
			v->failed(v->owner);
	} else if (taken < v->ring->at) {
		wait_for_it(v);
	}
}

void
voice_init(
    struct voice *v, struct ev_loop *loop, struct ring *ring, int channel)
{
	*v = (struct voice){ .loop = loop, .ring = ring, .channel = channel };
	ev_init(&v->patience, on_patience);
	v->patience.data = v;
}

void
voice_done(struct voice *v)
{
	ev_timer_stop(v->loop, &v->patience);
}

int
voice_say(
    struct voice *v, const struct message *m, const void *more, size_t len)
{
	int r = put(v, m, more, len);

	if (r == 0 && v->ring->at - ring_taken(v->ring) > RING_BYTES / 2)
		r = wake(v);
	if (r == 0 && !ev_is_active(&v->patience))
		wait_for_it(v);
	return r;
}

int
voice_call(struct voice *v, const struct message *m, int fd)
{
	int r = put(v, &next, NULL, 0);

	return r < 0 ? r : send_marked(v, m, fd);
}
