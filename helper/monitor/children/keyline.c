/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the pairs.
 */
#include <config.h>
#include "helper/monitor/children/keyline.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/monitor/children/child.h"

int
keyline_open(struct child *worker)
{
	const struct message m = { .type = MESSAGE_KEYS };
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return -errno;
	r = child_tell(worker, &m, ends[1]);
	(void)close(ends[1]);
	if (r < 0)
		(void)close(ends[0]);
	else
		worker->line = ends[0];
	return r;
}

void
keyline_close(struct child *worker)
{
	if (worker->line != -1)
		(void)close(worker->line);
	worker->line = -1;
}
