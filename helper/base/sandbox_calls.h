/* SPDX-License-Identifier: BSD-2-Clause
 *
 * seccomp(2) for sandbox.c.
 */
#ifndef HELPER_BASE_SANDBOX_CALLS_H
#define HELPER_BASE_SANDBOX_CALLS_H

#include "helper/base/sandbox_rights.h"

/*
 * From now on there are the system calls that the rights of `s` need, and no
 * others.  Needs no_new_privs; `mode` is not SANDBOX_OFF.  Returns 0 or -errno.
 */
int sandbox_limit_calls(const struct sandbox *s, enum sandbox_mode mode);

#endif
