/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's verifiers: the one in use, replaced when it dies; and those of
 * older generations, which serve the workers they have until these end.
 */
#ifndef HELPER_MONITOR_CHILDREN_VERIFIERS_H
#define HELPER_MONITOR_CHILDREN_VERIFIERS_H

#include <stdbool.h>

#include "helper/monitor/children/child.h"
#include "helper/monitor/wiring.h"

struct verifiers;

/* NULL when out of memory. */
struct verifiers *verifiers_new(struct monitor *monitor);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct verifiers *verifiers_free(struct verifiers *verifiers);

/*
 * From now on the generation in use counts; the one before ends with the last
 * worker that it has.  To be called before workers_renew(), whose new workers
 * get the new one.
 */
void verifiers_renew(struct verifiers *verifiers);

/*
 * Give the one in use and a worker a line between them, and set the worker's
 * verifier.  If that has to wait monitor_introduce_workers() is called.
 */
void verifiers_introduce(struct verifiers *verifiers, struct child *worker);

/*
 * Take in all that verifiers have said until now: what a worker has heard from
 * its verifier the monitor knows afterwards.
 */
void verifiers_drain(struct verifiers *verifiers);

/* End all, once their workers have. */
void verifiers_stop(struct verifiers *verifiers);

#endif
