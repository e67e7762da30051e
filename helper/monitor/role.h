/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The roles of the processes that the monitor starts.
 */
#ifndef HELPER_MONITOR_ROLE_H
#define HELPER_MONITOR_ROLE_H

enum role {
	ROLE_WORKER,
	ROLE_KEYHOLDER,
	ROLE_ADVISOR,
	ROLE_INQUIRER,
	ROLE_REVIEWER,
	ROLE_VERIFIER,
	ROLE_COUNT
};

#endif
