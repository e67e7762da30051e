/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions to a helper that runs.
 */
#ifndef STSSLCTL_ASK_H
#define STSSLCTL_ASK_H

#include "status/query.h"
#include "stsslctl/command.h"

/*
 * Ask one question of stssl-status(7), with `key` and `value` unless `value` is
 * NULL.  Returns 1 and fills *ret, which is empty, for "found", "done" and
 * "failed"; 0 for "none"; or a negative errno: -EPERM when we may not ask,
 * else as stssl_ask() and stssl_hear().
 */
int ask(const char *socket, const char *question, enum stssl_key key,
    const char *value, int timeout_ms, struct stssl_record *ret);

/*
 * The same for a question that may have several answers.  Returns 0 and
 * *ret_fd, to be closed by close(2); or a negative errno.
 */
int ask_first(const char *socket, const char *question, enum stssl_key key,
    const char *value, int timeout_ms, int *ret_fd);

/* The next one.  Returns as ask(), or -ENODATA behind the last. */
int ask_next(int fd, int timeout_ms, struct stssl_record *ret);

/* Say why ask() failed.  Returns COMMAND_UNKNOWN. */
enum command_status ask_failed(const char *socket, int error);

#endif
