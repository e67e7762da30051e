/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl identity add USER FILE, and remove USER FILE or ENTRY.
 */
#ifndef STSSLCTL_IDENTITY_CHANGE_H
#define STSSLCTL_IDENTITY_CHANGE_H

#include "stsslctl/identity_store.h"

/*
 * Both say on stdout what was done; on stderr what was not, and why an added
 * certificate does not log in all the same, as far as it tells itself.  Of a
 * file the first certificate counts.  They return COMMAND_FINE; COMMAND_FOUND
 * when it is refused: somebody else has the certificate, the user's file has a
 * faulty line, there is nothing to remove; COMMAND_UNKNOWN when a file cannot
 * be read or written.
 */
enum command_status identity_add(
    const struct arguments *a, const struct identity_store *store);
enum command_status identity_remove(
    const struct arguments *a, const struct identity_store *store);

#endif
