/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's workers: started, given clients, listened to, replaced when
 * they die, stopped.
 */
#ifndef HELPER_MONITOR_CHILDREN_WORKERS_H
#define HELPER_MONITOR_CHILDREN_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/message.h"
#include "helper/monitor/wiring.h"
#include "status/words.h"

struct workers;

/* NULL when out of memory or randomness. */
struct workers *workers_new(struct monitor *monitor);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct workers *workers_free(struct workers *workers);

/*
 * Hand over a client, which gets the number of a session; its socket stays the
 * caller's to close.  Returns 0, also when a busy worker gets it later; or a
 * negative errno: -EINPROGRESS when a worker is about to be started, to be
 * called again after monitor_hold(), which holds until then; -EAGAIN when there
 * is none to take it.
 */
int workers_give(
    struct workers *workers, const struct message_client *client, int fd);

/*
 * Take in all that workers have said until now.  What is in the registry
 * afterwards is not older than this call.
 */
void workers_drain(struct workers *workers);

/*
 * The same without a look whether they are still there, which costs no system
 * call: for who comes in.
 */
void workers_hear(struct workers *workers);

/*
 * Tell the worker of `entry`.  Returns 0; or a negative errno when it cannot be
 * told.
 */
int workers_tell(const struct workers *workers,
    const struct session_entry *entry, const struct message *m);

/*
 * Give the worker of `entry` a data connection of the session; the socket stays
 * the caller's to close.  Nothing waits for a busy worker: -EAGAIN then.
 */
int workers_pass(
    const struct workers *workers, const struct session_entry *entry, int fd);

/*
 * From now on the generation in use counts.  Workers that are there get no more
 * clients, and end with their last session.
 */
void workers_renew(struct workers *workers);

/* Connect those that are not; all of them, when the keyholder is a new one. */
void workers_connect(struct workers *workers, bool is_new);

/* Give those that have none a verifier; this one of theirs is gone. */
void workers_introduce(struct workers *workers);
void workers_abandoned(struct workers *workers, pid_t verifier);

/* Has the worker with this process id the session? */
bool workers_has(const struct workers *workers,
    const struct session_entry *entry, uint32_t worker);

/* Kill the one with this process id for what it has asked another process. */
void workers_refuse(struct workers *workers, uint32_t worker);

/* Tell all what the name in a listener's passive-address stands for now. */
void workers_address(
    struct workers *workers, const struct message_resolved *resolved);

/*
 * End all: sessions have `grace_ms`; any worker that is still there two seconds
 * later is killed.
 */
void workers_stop(struct workers *workers, uint32_t grace_ms);

#endif
