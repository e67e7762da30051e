/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is special about the stack of sshd(8), with the option `ssh`.
 */
#ifndef STSSLCTL_CHECK_SSH_H
#define STSSLCTL_CHECK_SSH_H

#include "stsslctl/findings.h"
#include "stsslctl/play.h"

/* Find what lets in keys that nobody has judged.  Nothing without `ssh`. */
void check_ssh(const struct play *p, struct findings *findings);

#endif
