/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The messages in a worker's ring.  They have no descriptors, and are checked
 * as those of a channel are.
 */
#ifndef HELPER_BASE_MESSAGE_RING_H
#define HELPER_BASE_MESSAGE_RING_H

#include <stddef.h>
#include <stdint.h>

struct message;
struct ring;

/*
 * Put one message into the ring, as message_send().  Returns 0; -EAGAIN when
 * not `spare` bytes would be left free in it.
 */
int message_put(struct ring *ring, const struct message *m, const void *more,
    size_t more_len, size_t spare);

/*
 * The first message before `end`, of ring_look(), which stays in the ring until
 * ring_drop(); `more` has room for MESSAGE_MORE_MAX bytes.  Returns 0; -EAGAIN
 * when there is none; -EBADMSG for an impossible one.
 */
int message_get(struct ring *ring, uint64_t end, struct message *m, void *more);

#endif
