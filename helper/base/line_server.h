/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What serves workers, each over a line of its own: the keyholder, the
 * verifier.  A line is watched for requests, one of which is taken at a time,
 * so that no worker keeps others waiting for longer than one takes.
 */
#ifndef HELPER_BASE_LINE_SERVER_H
#define HELPER_BASE_LINE_SERVER_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct line_server;

/* The way to one worker. */
struct line {
	struct line_server *server;
	uint32_t worker; /* its process id */
	struct ev_io io; /* its data is the line */
	LIST_ENTRY(line) others;
};

struct line_server {
	struct ev_loop *loop;
	void *owner;
	size_t size; /* of what begins with a struct line */
	void (*on_request)(struct ev_loop *loop, struct ev_io *io, int events);
	bool is_retired; /* no more lines come */
	LIST_HEAD(line_list, line) lines;
};

/*
 * There may be many workers: have as many descriptors as there can be.  Returns
 * 0 or -errno.
 */
int line_server_lift_limit(void);

/*
 * Serve a worker over `fd`, which is taken over.  NULL when out of memory: then
 * the worker sees the end, even if the socket is open elsewhere, too.
 */
struct line *line_add(struct line_server *server, uint32_t worker, int fd);

/* Free it.  With the last one of a server that is retired the loop ends. */
void line_end(struct line *line);

/* Serve those that are left, and end the loop then. */
void line_server_retire(struct line_server *server);

#endif
