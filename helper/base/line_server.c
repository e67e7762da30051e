/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A list of lines, which ends with the process that has it.
 */
#include <config.h>
#include "helper/base/line_server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int
line_server_lift_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return -errno;
	files.rlim_cur = files.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &files) == -1 ? -errno : 0;
}

static void
end_if_done(const struct line_server *server)
{
	if (server->is_retired && LIST_EMPTY(&server->lines))
		ev_break(server->loop, EVBREAK_ALL);
}

struct line *
line_add(struct line_server *server, uint32_t worker, int fd)
{
	struct line *line = calloc(1, server->size);

	if (line == NULL) {
		(void)shutdown(fd, SHUT_RDWR);
		(void)close(fd);
		return NULL;
	}
	line->server = server;
	line->worker = worker;
	LIST_INSERT_HEAD(&server->lines, line, others);
	ev_io_init(&line->io, server->on_request, fd, EV_READ);
	line->io.data = line;
	ev_io_start(server->loop, &line->io);
	return line;
}

void
line_end(struct line *line)
{
	const struct line_server *server = line->server;

	ev_io_stop(server->loop, &line->io);
	(void)close(line->io.fd);
	LIST_REMOVE(line, others);
	free(line);
	end_if_done(server);
}

void
line_server_retire(struct line_server *server)
{
	server->is_retired = true;
	end_if_done(server);
}
