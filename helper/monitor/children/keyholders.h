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
 * Start one from `next` and wait until it has loaded the keys.  Returns 0, and
 * it is there for keyholders_renew(); or a negative errno and error->text, with
 * "file:line: " for a key that is at fault, -EBADMSG.
 */
int keyholders_prepare(struct keyholders *keyholders,
    const struct generation *next, struct stssl_error *error);

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
