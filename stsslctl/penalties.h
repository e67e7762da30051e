/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl who --penalties.
 */
#ifndef STSSLCTL_PENALTIES_H
#define STSSLCTL_PENALTIES_H

#include <stdbool.h>

#include "stsslctl/command.h"

/* Print the sources with a penalty that the helper has. */
enum command_status penalties_print(const char *socket, bool json);

#endif
