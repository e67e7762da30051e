/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's advisors: a few processes that answer one question each, and
 * the questions that wait for one of them.
 */
#ifndef HELPER_MONITOR_CHILDREN_ADVISORS_H
#define HELPER_MONITOR_CHILDREN_ADVISORS_H

#include <ev.h>
#include <stdbool.h>

#include "helper/base/message.h"
#include "helper/monitor/registry/registry.h"
#include "setup/config.h"

/*
 * How many processes; how many of them may have questions of one source
 * (client_source()); how many questions besides those they have.
 */
#define ADVISORS_COUNT      4
#define ADVISORS_PER_SOURCE (ADVISORS_COUNT / 2)
#define ADVISORS_WAITING    1024

struct advisors;

struct advisors_params {
	struct ev_loop *loop; /* the default one: it waits for children */
	const struct helper_config *config;
	const struct registry *registry;
	/* Seconds from a question to its answer; then it is refused. */
	ev_tstamp patience;
	/* advisor_main(), but in tests */
	int (*run)(const struct helper_config *config, int channel);
	/* As in helper/monitor/children/workers.h, with advisors_free(). */
	void (*forget)(void *owner);
	/* The answer, about `user`, for a session that is still there. */
	void (*advise)(void *owner, const struct session_entry *entry,
	    const char *user, const struct message_advice *advice);
	/* An advisor had the question of a client from there until patience
	 * ended.  The client may be gone. */
	void (*late)(void *owner, const struct stssl_address *peer);
	/* The last one is gone after advisors_stop(). */
	void (*stopped)(void *owner);
	void *owner;
};

/* NULL when out of memory. */
struct advisors *advisors_new(const struct advisors_params *params);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct advisors *advisors_free(struct advisors *advisors);

/* Returns 0 or what fork(2) says. */
int advisors_start(struct advisors *advisors);

/*
 * Answer by `advise`, once, maybe before this returns: with what an advisor
 * says; or STSSL_VERDICT_REFUSE with STSSL_REASON_HELPER when no record is
 * published, the advisor dies, patience ends, or the session asks again; or
 * when too many wait, and it is the last one of the source with the most.
 * There is no answer when the session ends or withdraws its record before.
 */
void advisors_ask(struct advisors *advisors, const struct session_entry *entry,
    const struct message_ask *ask);

/*
 * Processes that begin from now on use `config`; those that are there end, with
 * their answer if they have a question.
 */
void advisors_renew(
    struct advisors *advisors, const struct helper_config *config);

/* True when no process is left. */
bool advisors_are_gone(const struct advisors *advisors);

/*
 * Refuse all questions, now and from now on, and end all processes, which keep
 * nothing that could be lost.  `stopped` is called when none is left.
 */
void advisors_stop(struct advisors *advisors);

#endif
