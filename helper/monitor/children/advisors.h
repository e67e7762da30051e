/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's advisors: a few processes that answer one question each, and
 * the questions that wait for one of them.
 */
#ifndef HELPER_MONITOR_CHILDREN_ADVISORS_H
#define HELPER_MONITOR_CHILDREN_ADVISORS_H

#include <ev.h>

#include "helper/base/message.h"
#include "helper/monitor/wiring.h"

/*
 * How many processes; how many of them may have questions of one source
 * (client_source()); how many questions besides those they have.
 */
#define ADVISORS_COUNT      4
#define ADVISORS_PER_SOURCE (ADVISORS_COUNT / 2)
#define ADVISORS_WAITING    1024

struct advisors;

/*
 * `patience`: seconds from a question to its answer; then it is refused.  NULL
 * when out of memory.
 */
struct advisors *advisors_new(struct monitor *monitor, ev_tstamp patience);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct advisors *advisors_free(struct advisors *advisors);

/*
 * Answer by monitor_advise(), once, maybe before this returns: with what an
 * advisor says; or STSSL_VERDICT_REFUSE with STSSL_REASON_HELPER when no record
 * is published, the advisor dies, patience ends, or the session asks again; or
 * when too many wait, and it is the last one of the source with the most.
 * There is no answer when the session ends or withdraws its record before.
 * ABOUT_DIGEST needs no record.
 */
void advisors_ask(struct advisors *advisors, const struct session_entry *entry,
    const struct message_ask *ask);

/*
 * From now on the generation in use counts.  Processes that are there end, with
 * their answer if they have a question.
 */
void advisors_renew(struct advisors *advisors);

/*
 * Refuse all questions, now and from now on, and end all processes, which keep
 * nothing that could be lost.
 */
void advisors_stop(struct advisors *advisors);

#endif
