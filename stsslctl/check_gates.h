/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Modules that keep users out, and that logins by certificate never get to.
 */
#ifndef STSSLCTL_CHECK_GATES_H
#define STSSLCTL_CHECK_GATES_H

#include "stsslctl/findings.h"
#include "stsslctl/play.h"

/*
 * Add a warning for each gate of `auth` that a login by certificate skips
 * although its "no" is meant to count, unless one that asks the same has been
 * asked in front.  The stack has an auth line of pam_stssl.so.
 */
void check_gates(const struct play *p, struct findings *findings);

#endif
