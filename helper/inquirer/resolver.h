/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The resolver: a process that looks up the names in passive-address, again
 * and again, so that nobody else waits for DNS.
 */
#ifndef HELPER_INQUIRER_RESOLVER_H
#define HELPER_INQUIRER_RESOLVER_H

#include "setup/config.h"

/*
 * Look up, tell the monitor by `channel` what has changed, rest for a minute;
 * until the channel ends.  Names that cannot be looked up keep the address
 * they had.  Returns the process's exit status.
 */
int resolver_main(const struct helper_config *config, int channel);

#endif
