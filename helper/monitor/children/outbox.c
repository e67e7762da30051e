/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A queue behind a channel.
 */
#include <config.h>
#include "helper/monitor/children/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct outbox_item {
	STAILQ_ENTRY(outbox_item) entry;
	int fd; /* ours; or -1 */
	struct message m;
};

void
outbox_init(struct outbox *box)
{
	STAILQ_INIT(&box->items);
	box->count = 0;
}

bool
outbox_is_empty(const struct outbox *box)
{
	return STAILQ_EMPTY(&box->items);
}

static void
item_free(struct outbox_item *item)
{
	if (item->fd != -1)
		(void)close(item->fd);
	free(item);
}

static int
keep(struct outbox *box, const struct message *m, int fd)
{
	struct outbox_item *item;

	if (box->count >= OUTBOX_MAX)
		return -EAGAIN;
	item = malloc(sizeof *item);
	if (item == NULL)
		return -ENOMEM;
	*item = (struct outbox_item){ .m = *m, .fd = -1 };
	if (fd != -1) {
		item->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (item->fd == -1) {
			free(item);
			return -errno;
		}
	}
	STAILQ_INSERT_TAIL(&box->items, item, entry);
	box->count++;
	return 0;
}

int
outbox_send(struct outbox *box, int channel, const struct message *m, int fd)
{
	int r = outbox_is_empty(box) ? message_send(channel, m, fd, NULL, 0)
				     : -EAGAIN;

	return r == -EAGAIN ? keep(box, m, fd) : r;
}

static void
drop_first(struct outbox *box)
{
	struct outbox_item *item = STAILQ_FIRST(&box->items);

	STAILQ_REMOVE_HEAD(&box->items, entry);
	box->count--;
	item_free(item);
}

int
outbox_flush(struct outbox *box, int channel)
{
	while (!outbox_is_empty(box)) {
		const struct outbox_item *item = STAILQ_FIRST(&box->items);
		int r = message_send(channel, &item->m, item->fd, NULL, 0);

		if (r == -EAGAIN)
			return 0;
		if (r < 0)
			return r;
		drop_first(box);
	}
	return 0;
}

void
outbox_clear(struct outbox *box)
{
	while (!outbox_is_empty(box))
		drop_first(box);
}
