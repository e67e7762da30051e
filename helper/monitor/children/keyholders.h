/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's keyholders: the one in use, replaced when it dies; and those of
 * older generations, which serve the workers they have until these end.
 */
#ifndef HELPER_MONITOR_CHILDREN_KEYHOLDERS_H
#define HELPER_MONITOR_CHILDREN_KEYHOLDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "helper/monitor/wiring.h"

struct keyholders;

/* NULL when out of memory. */
struct keyholders *keyholders_new(struct monitor *monitor);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct keyholders *keyholders_free(struct keyholders *keyholders);

/*
 * Start one from `next`, which it borrows until keyholders_renew() or
 * pools_abandon(), and have it load the keys.  Returns 0, or a negative errno
 * and error->text.
 */
int keyholders_prepare(struct keyholders *keyholders, struct generation *next,
    struct stssl_error *error);

/*
 * Has it?  Returns 0, and it is there for keyholders_renew(); -EAGAIN when
 * monitor_prepared() will be called; or another negative errno and error->text,
 * with "file:line: " for a key that is at fault, -EBADMSG.  When it is_over
 * that it did not load them in time is a fault, too.
 */
int keyholders_prepared(
    struct keyholders *keyholders, bool is_over, struct stssl_error *error);

/* Forget it, and what it was started from; after pools_abandon(). */
void keyholders_abandon(struct keyholders *keyholders);

/* Wait for it, KEYHOLDER_LOAD_SECONDS at most. */
void keyholders_wait(struct keyholders *keyholders);

/*
 * The one that was prepared is in use from now on, and its generation, too; the
 * one before ends with the last worker that it has.
 */
void keyholders_renew(struct keyholders *keyholders);

/*
 * Give the one in use the line of a worker.  False when that has to wait:
 * monitor_connect_workers() is called then.
 */
bool keyholders_connect(
    struct keyholders *keyholders, uint32_t worker, int line);

/*
 * End all, once their workers have; any that is still there after two seconds
 * is killed.
 */
void keyholders_stop(struct keyholders *keyholders);

#endif
