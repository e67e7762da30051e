/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The messages of a worker to the monitor, which hears them in their order.
 * They lie in a ring, and cost a system call only if somebody waits for one.
 */
#ifndef HELPER_WORKER_VOICE_H
#define HELPER_WORKER_VOICE_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>

struct message;
struct ring;

struct voice {
	struct ev_loop *loop;
	struct ring *ring;
	int channel;
	uint64_t called;  /* the monitor was woken for all up to here */
	uint64_t unheard; /* it has to be woken unless it has heard this */
	struct ev_timer patience;
	void (*failed)(void *owner); /* the monitor is gone */
	void *owner;
};

/* All is borrowed; voice_done() only stops what is running. */
void voice_init(
    struct voice *v, struct ev_loop *loop, struct ring *ring, int channel);
void voice_done(struct voice *v);

/*
 * Say something without a descriptor.  The monitor hears it before all that
 * this process does afterwards can have any effect on it, but is woken for it
 * only after some milliseconds.  Returns 0; -EAGAIN when it does not listen.
 */
int voice_say(
    struct voice *v, const struct message *m, const void *more, size_t len);

/*
 * Wake it with something that nothing follows, `fd` with it unless it is -1.
 * Returns 0; -EAGAIN as above; or what message_send() says.
 */
int voice_call(struct voice *v, const struct message *m, int fd);

#endif
