/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl identity add USER FILE, and remove USER FILE or ENTRY.
 */
#ifndef STSSLCTL_IDENTITY_CHANGE_H
#define STSSLCTL_IDENTITY_CHANGE_H

#include "stsslctl/identity_store.h"

/*
 * The first certificate of the file is meant.  Both print to stdout what they
 * did and to stderr why they did not; add also warns on stderr if the
 * certificate by itself, by its dates for example, cannot log in.
 * They return COMMAND_FINE; COMMAND_FOUND when they refuse: another user has
 * the certificate, the user's file has a faulty line, there is nothing to
 * remove; COMMAND_UNKNOWN when a file cannot be read or written.
 */
enum command_status identity_add(
    const struct arguments *a, const struct identity_store *store);
enum command_status identity_remove(
    const struct arguments *a, const struct identity_store *store);

#endif
