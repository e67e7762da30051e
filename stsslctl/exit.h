/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How stsslctl ends.
 */
#ifndef STSSLCTL_EXIT_H
#define STSSLCTL_EXIT_H

/* Exit statuses; stsslctl(8) says what each subcommand means by them. */
enum command_status {
	COMMAND_FINE = 0,
	COMMAND_FOUND = 1,   /* problems found, or refused */
	COMMAND_UNKNOWN = 2, /* bad usage, or it cannot be found out */
};

#endif
