/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One process of the helper as the monitor sees it: how it is started, its
 * channel, and what it has to do.  pool.h supervises it.
 */
#ifndef HELPER_MONITOR_CHILDREN_CHILD_H
#define HELPER_MONITOR_CHILDREN_CHILD_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "helper/base/message.h"
#include "helper/base/ring.h"
#include "helper/monitor/children/outbox.h"

struct pool;

struct child {
	struct pool *pool;
	const char *role; /* for the log */
	struct ev_loop *loop;
	pid_t pid;
	int channel;     /* -1 when it is lost */
	bool is_lost;    /* its channel is closed, its process will be reaped */
	bool is_retired; /* gets nothing new to do, and ends by itself */
	bool is_killed;  /* by us */
	bool has_served;
	size_t tasks; /* sessions, or questions, that it has */
	ev_tstamp started;
	struct outbox outbox;
	struct ev_io io;
	struct ev_io room; /* active while the outbox is not empty */
	struct ev_child end;
	void (*readable)(struct child *c);
	void (*ended)(struct child *c); /* reaped; calls child_free() */
	LIST_ENTRY(child) entry;

	/* A worker's: see workers.c */
	struct ring ring;  /* the reader's view; open until it is freed */
	bool has_more;     /* not all was taken that lay in its ring */
	int line;          /* to the keyholder, its end of it; or -1 */
	bool is_connected; /* the keyholder has that line */
	pid_t verifier;    /* that it has a line to; 0: none */
	bool has_suspect;  /* the one source of all its sessions */
	struct stssl_address suspect; /* when it was lost */
};

LIST_HEAD(children, child);

/*
 * Fork.  In the new process `forget` closes and frees all that it must not
 * have, signals are put in order, it logs as `role`, a literal, and it exits
 * with what `run` returns; both get `arg`.  In the monitor its lines are
 * written from `loop`, where there is a syslog, and *ret_channel is the
 * monitor's end, which does not block; the child's waits SO_SNDTIMEO when it is
 * full.  Returns the process id or -errno.
 */
pid_t child_spawn(struct ev_loop *loop, const char *role,
    void (*forget)(void *arg), int (*run)(void *arg, int channel), void *arg,
    int *ret_channel);

/*
 * Take over a process and its channel, both from child_spawn(), and put it in
 * front of *list.  `loop` is the default one.  The caller sets pool, readable
 * and ended.  NULL when out of memory.
 */
struct child *child_new(struct ev_loop *loop, const char *role, pid_t pid,
    int channel, struct children *list);

/* Take it off its list; its process is left alone. */
void child_free(struct child *c);

/*
 * Tell it now, or as soon as its channel has room.  Returns 0; -EPIPE when it
 * is lost; or what outbox_send() says.
 */
int child_tell(struct child *c, const struct message *m, int fd);

/* True when there is something it could not be told yet. */
bool child_is_behind(const struct child *c);

/* Close its channel, and its line.  Its supervisor calls pool_lose(). */
void child_lose(struct child *c);

/*
 * True when its process was ended by a signal that a fault of its own brings:
 * not by whoever asked it to end.
 */
bool child_has_crashed(const struct child *c);

/* Log how its process ended. */
void child_log_end(const struct child *c);

#define CHILD_DELAY_MAX 5.0

/*
 * Seconds to wait before the one that ended is replaced: none; or more than the
 * `last` time when it died, unasked, sooner than any that could start would.
 */
ev_tstamp child_delay(const struct child *c, ev_tstamp last);

#endif
