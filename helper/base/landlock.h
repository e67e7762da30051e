/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Landlock, landlock(7): which files a process may still open, and that it
 * stays apart from other processes.
 */
#ifndef HELPER_BASE_LANDLOCK_H
#define HELPER_BASE_LANDLOCK_H

#include <stdbool.h>

struct landlock_wish {
	bool reads;  /* files can be opened to read them */
	bool writes; /* files stay as they are: nothing is taken away */
	/*
	 * No signals to others, by whatever way, and no abstract unix(7)
	 * sockets of others: where the kernel has such scopes, Linux 6.12.
	 */
	bool is_apart;
};

/*
 * From now on the process has only what the wish says.  What is open stays.
 * Needs no_new_privs.  Returns 0, also without Landlock in the kernel; or
 * -errno.
 */
int landlock_enter(const struct landlock_wish *wish);

#endif
