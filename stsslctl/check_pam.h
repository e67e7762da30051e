/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Is a PAM service with pam_stssl.so in it safe?  Plays what libpam would make
 * of every answer that the module and the others can give.
 */
#ifndef STSSLCTL_CHECK_PAM_H
#define STSSLCTL_CHECK_PAM_H

#include "stsslctl/findings.h"

/*
 * Check service `service` of directory `dir`; `module_dir` as for
 * module_exists().  Returns 0, whatever was found; or a negative errno when
 * the service cannot be read: -ENOENT, -EBADMSG with a finding, or as
 * stack_read().
 */
int check_pam(const char *dir, const char *service, const char *module_dir,
    struct findings *findings);

#endif
