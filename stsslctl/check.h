/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of stsslctl check, but for the certificates.
 */
#ifndef STSSLCTL_CHECK_H
#define STSSLCTL_CHECK_H

#include "policy/classes.h"
#include "setup/config.h"
#include "stsslctl/access.h"
#include "stsslctl/findings.h"

struct play;

/*
 * Is a PAM service with pam_stssl.so in it safe?  Play what libpam would make
 * of every answer that the module and the others can give.  The service is
 * `service` of directory `dir`; `module_dir` as for module_exists().
 * Returns 0, whatever was found; or a negative errno when the service cannot
 * be read: -ENOENT, -EBADMSG with a finding, or as stack_read().
 */
int check_pam(const char *dir, const char *service, const char *module_dir,
    struct findings *findings);

/*
 * The part of it that is about sshd(8), with the option `ssh`: find what lets
 * in keys that nobody has judged.
 */
void check_ssh(const struct play *p, struct findings *findings);

/*
 * The part about the module's arguments: those that it does not take, and the
 * mistakes of a classes.conf that they name.
 */
void check_options(const struct play *p, struct findings *findings);

/*
 * Add a warning for what a classes.conf without mistakes says that may not be
 * meant; the classes were read from `path`.
 */
void check_classes(const struct stssl_classes *classes, const char *path,
    struct findings *findings);

/*
 * Add a warning for each listener and each Edge that a class is for and that
 * helper.conf does not have, for each PAM service that is not in `pam_dir`, and
 * for each group that there is not; none on an Edge, where classes.conf is as
 * on its Server.
 */
void check_places(const struct helper_config *config, const char *pam_dir,
    const struct stssl_classes *classes, const char *path,
    struct findings *findings);

/*
 * Add a warning for each listener whose last link led to another policy than
 * that of these classes, as the running helper has heard it; none when no
 * helper answers.
 */
void check_policies(const struct helper_config *config,
    const struct stssl_classes *classes, const char *path,
    struct findings *findings);

/*
 * Check the identity files of `directory`, all together: faulty lines, owners
 * and modes, files without a user, files that the helper, `reader`, cannot
 * read, and entries that two users have.  A directory that is not there has no
 * files.
 */
void check_identities(const char *directory, const struct access_user *reader,
    struct findings *findings);

/*
 * Check helper.conf, which was read from `path`, and the files that it names:
 * those that others than the helper's user, `helper`, can change, and those
 * that he cannot read.
 */
void check_files(const struct helper_config *config, const char *path,
    const struct access_user *helper, struct findings *findings);

/*
 * Check the section link of helper.conf, which was read from `path`, apart from
 * its files: keys that may not be meant.
 */
void check_link(const struct helper_config *config, const char *path,
    struct findings *findings);

/*
 * Look for daemons behind the helper whose configuration, below `etc` in place
 * of /etc, has a trap; their PAM services are in `pam_dir`.
 */
void check_daemons(const struct helper_config *config, const char *etc,
    const char *pam_dir, struct findings *findings);

#endif
