/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Landlock, landlock(7): which files a process may still open.
 */
#ifndef HELPER_LANDLOCK_H
#define HELPER_LANDLOCK_H

#include <stdbool.h>

/*
 * From now on files can be opened only to read them, with `reads`, or not at
 * all; with `writes` nothing is taken away.  What is open stays.  Needs
 * no_new_privs.  Returns 0, also where there is no Landlock to be had; or -errno.
 */
int landlock_enter(bool reads, bool writes);

#endif
