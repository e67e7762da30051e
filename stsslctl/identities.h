/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The identity files of all users, looked at together.
 */
#ifndef STSSLCTL_IDENTITIES_H
#define STSSLCTL_IDENTITIES_H

#include "stsslctl/access.h"
#include "stsslctl/findings.h"

/*
 * Check the files of `directory`: faulty lines, owners and modes, files
 * without a user, files that the helper, `reader`, cannot read, and entries
 * that two users have.  A directory that is not there has no files.
 */
void identities_check(const char *directory, const struct access_user *reader,
    struct findings *findings);

#endif
