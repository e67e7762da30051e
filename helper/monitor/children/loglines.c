/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads lines as they come, some at a time: a process that writes without end
 * loses lines of its own, and does not keep the monitor from the others.
 */
#include <config.h>
#include "helper/monitor/children/loglines.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/log.h"

/* Of one process, before it is another's turn. */
#define LINES_AT_A_TIME 32
#define PACKET_BYTES    4096

struct way {
	struct ev_loop *loop;
	const char *role;
	pid_t pid;
	struct ev_io io;
	LIST_ENTRY(way) others;
};

static LIST_HEAD(ways, way) ways = LIST_HEAD_INITIALIZER(ways);

static void
way_free(struct way *w)
{
	ev_io_stop(w->loop, &w->io);
	(void)close(w->io.fd);
	LIST_REMOVE(w, others);
	free(w);
}

/* recv(2) has no room for descriptors: they go back with the packet. */
static void
pass(struct way *w)
{
	char packet[PACKET_BYTES];
	ssize_t n = 1;

	for (int i = 0; n > 0 && i < LINES_AT_A_TIME; i++) {
		n = recv(w->io.fd, packet, sizeof packet, MSG_DONTWAIT);
		if (n > 0)
			log_pass(w->role, w->pid, packet, (size_t)n);
	}
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		way_free(w);
}

static void
on_lines(struct ev_loop *loop, struct ev_io *io, int events)
{
	(void)loop;
	(void)events;
	pass(io->data);
}

int
loglines_open(int ret[static 2])
{
	ret[0] = ret[1] = -1;
	if (log_is_gathered() &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) == -1)
		return -errno;
	return 0;
}

void
loglines_add(struct ev_loop *loop, const char *role, pid_t pid, int fd)
{
	struct way *w = fd == -1 ? NULL : calloc(1, sizeof *w);

	if (w == NULL) {
		if (fd != -1)
			(void)close(fd);
		return;
	}
	w->loop = loop;
	w->role = role;
	w->pid = pid;
	LIST_INSERT_HEAD(&ways, w, others);
	ev_io_init(&w->io, on_lines, fd, EV_READ);
	ev_set_priority(&w->io, EV_MINPRI);
	w->io.data = w;
	ev_io_start(loop, &w->io);
}

void
loglines_drain(void)
{
	for (struct way *w = LIST_FIRST(&ways), *next; w != NULL; w = next) {
		next = LIST_NEXT(w, others);
		pass(w);
	}
}

void
loglines_forget(void)
{
	for (struct way *w = LIST_FIRST(&ways), *next; w != NULL; w = next) {
		next = LIST_NEXT(w, others);
		way_free(w);
	}
}
