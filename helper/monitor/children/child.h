/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One worker, advisor or keyholder as the monitor sees it: a process, a channel,
 * a number of things that it has to do.
 */
#ifndef HELPER_MONITOR_CHILDREN_CHILD_H
#define HELPER_MONITOR_CHILDREN_CHILD_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "helper/base/message.h"
#include "helper/monitor/children/outbox.h"

enum child_state {
	CHILD_RUNNING,
	CHILD_STOPPING, /* gets no more clients, exits by itself */
	CHILD_LOST,     /* its channel is closed, its process is to be reaped */
};

struct child {
	const char *role; /* for the log */
	enum child_state state;
	struct ev_loop *loop;
	pid_t pid;
	int channel;     /* -1 when lost */
	size_t sessions; /* an advisor's: its one question */
	int line;        /* a worker's to the keyholder: see keyline.h; or -1 */
	bool is_connected; /* the keyholder has that line */
	bool has_served;
	bool is_retired;  /* of an older generation, not a worker */
	bool has_suspect; /* of a worker: the one source of all its sessions */
	struct stssl_address suspect; /* when it was lost */
	ev_tstamp started;
	struct outbox outbox;
	struct ev_io io;
	struct ev_io room; /* active while the outbox is not empty */
	struct ev_child end;
	void (*readable)(struct child *c);
	void (*ended)(struct child *c); /* reaped; calls child_free() */
	void *owner;
	struct child *prev, *next; /* in the owner's list */
};

/*
 * Take over a process and its channel, both from spawn(), and put it in front
 * of *list.  `loop` is the default one.  NULL when out of memory.
 */
struct child *child_new(struct ev_loop *loop, const char *role, pid_t pid,
    int channel, struct child **list);

/* Take it off *list; its process is left alone. */
void child_free(struct child *c, struct child **list);

/*
 * Tell it now, or as soon as its channel has room.  Returns 0; -EPIPE when it
 * is lost; or what outbox_send() says.
 */
int child_tell(struct child *c, const struct message *m, int fd);

/* True when there is something it could not be told yet. */
bool child_is_behind(const struct child *c);

/* Close its channel, and its line. */
void child_lose(struct child *c);

/* The same, and end its process, unless that is about to end anyway. */
void child_kill(struct child *c);

/* Ask it to end; kill it when it cannot be asked. */
void child_stop(struct child *c, uint32_t grace_ms);

/* The same, but it may go on with what it has for as long as that takes. */
void child_drain(struct child *c);

/* True when it died, unasked, sooner than any that could start would. */
bool child_is_stillborn(const struct child *c);

/*
 * True when its process was ended by a signal that a fault of its own brings:
 * not by who asked it to end.
 */
bool child_has_crashed(const struct child *c);

/* Log how its process ended. */
void child_log_end(const struct child *c);

#define CHILD_DELAY_MAX 5.0

/*
 * Seconds to wait before the one that ended is replaced: none, or when it was
 * stillborn more than the `last` time.
 */
ev_tstamp child_delay(const struct child *c, ev_tstamp last);

#endif
