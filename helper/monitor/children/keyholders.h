/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's keyholders: the one in use, replaced when it dies; and those of
 * older generations, which serve the workers they have until these end.
 */
#ifndef HELPER_MONITOR_CHILDREN_KEYHOLDERS_H
#define HELPER_MONITOR_CHILDREN_KEYHOLDERS_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "setup/config.h"

struct keyholders;

struct keyholders_params {
	struct ev_loop *loop; /* the default one: it waits for children */
	/* keyholder_main(), but in tests */
	int (*run)(const struct helper_config *config, int channel);
	/* As in helper/monitor/children/workers.h, with keyholders_free(). */
	void (*forget)(void *owner);
	/*
	 * Call keyholders_connect() for workers that are not connected; for
	 * all, when `is_new`.
	 */
	void (*connect)(void *owner, bool is_new);
	/* This worker has asked for what is not to be signed. */
	void (*refused)(void *owner, uint32_t worker);
	/* The last one is gone after keyholders_stop(). */
	void (*stopped)(void *owner);
	void *owner;
};

/* NULL when out of memory. */
struct keyholders *keyholders_new(const struct keyholders_params *params);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct keyholders *keyholders_free(struct keyholders *keyholders);

/*
 * Start one for `config` and wait until it has loaded the keys.  Returns 0, and
 * it is there for keyholders_renew(); or a negative errno and error->text, with
 * "file:line: " for a key that is at fault, -EBADMSG.
 */
int keyholders_prepare(struct keyholders *keyholders,
    const struct helper_config *config, struct stssl_error *error);

/*
 * The one that was prepared is in use from now on, with `config`; the one
 * before ends with the last worker that it has.
 */
void keyholders_renew(
    struct keyholders *keyholders, const struct helper_config *config);

/*
 * Give the one in use the line of a worker.  False when that has to wait:
 * params.connect is called then.
 */
bool keyholders_connect(
    struct keyholders *keyholders, uint32_t worker, int line);

/* True when no process is left. */
bool keyholders_are_gone(const struct keyholders *keyholders);

/*
 * End all, once their workers have; who is still there after two seconds is
 * killed.
 */
void keyholders_stop(struct keyholders *keyholders);

#endif
