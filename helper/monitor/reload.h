/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Notices that certificates, CAs or revocation lists have changed, and loads
 * the next generation: then, and when told to.
 */
#ifndef HELPER_MONITOR_RELOAD_H
#define HELPER_MONITOR_RELOAD_H

#include "helper/monitor/wiring.h"

struct reload;

/*
 * Begins to watch the files of the generation in use; `path` is helper.conf's.
 * NULL when out of memory.
 */
struct reload *reload_new(struct monitor *monitor, const char *path);

/* Takes NULL.  Returns NULL. */
struct reload *reload_free(struct reload *r);

/*
 * Put a new generation into the place of the old one, if the new one is good;
 * else the old one stays.  Logs which, tells monitor_reloaded(), and answers
 * the asker at `fd`, unless that is -1, which is borrowed.  Files count as they
 * are from now on.
 */
void reload_begin(struct reload *r, int fd);

/* What it waits for has happened. */
void reload_go_on(struct reload *r);

/* The helper stops: those who wait for an answer get one. */
void reload_stop(struct reload *r);

#endif
