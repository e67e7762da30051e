/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions to a helper that runs.
 */
#ifndef STSSLCTL_LIVE_H
#define STSSLCTL_LIVE_H

#include "status/record.h"
#include "stsslctl/command.h"

/*
 * Ask one question of stssl-status(7), with `key` and `value` unless `value` is
 * NULL.  Returns 1 and fills *ret, which is empty, for "found" and "done"; 0
 * for "none"; or a negative errno: -EPERM when we may not ask, else as
 * stssl_exchange().
 */
int live_ask(const char *socket, const char *ask, enum stssl_key key,
    const char *value, struct stssl_record *ret);

/* The same with a patience of its own, and 1 for "failed", too. */
int live_ask_for(const char *socket, const char *ask, enum stssl_key key,
    const char *value, int timeout_ms, struct stssl_record *ret);

/* Say why live_ask() failed.  Returns COMMAND_UNKNOWN. */
enum command_status live_cannot(const char *socket, int error);

#endif
