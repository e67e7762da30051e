/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages to a process that its channel has no room for yet, in order: a burst
 * of clients must not cost one of them its connection, nor a session its
 * verdict.
 */
#ifndef HELPER_MONITOR_CHILDREN_OUTBOX_H
#define HELPER_MONITOR_CHILDREN_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "helper/base/message.h"

/* A process that leaves so many unread has stopped reading. */
#define OUTBOX_MAX 1024

struct outbox_item;

struct outbox {
	STAILQ_HEAD(outbox_items, outbox_item) items;
	size_t count;
};

void outbox_init(struct outbox *box);

bool outbox_is_empty(const struct outbox *box);

/*
 * Send, or keep it for later with a duplicate of `fd` unless that is -1.
 * Returns 0; -EAGAIN with OUTBOX_MAX kept already; -ENOMEM; what
 * message_send() says but for -EAGAIN, or dup(2).
 */
int outbox_send(
    struct outbox *box, int channel, const struct message *m, int fd);

/*
 * Send of what is kept as much as there is room for.  Returns 0, or what
 * message_send() says but for -EAGAIN; nothing is lost then.
 */
int outbox_flush(struct outbox *box, int channel);

/* Forget what is kept. */
void outbox_clear(struct outbox *box);

#endif
