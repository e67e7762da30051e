/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the user whom a certificate names, for FTP's SITE AUTH, where the
 * client gives no user name.
 */
#ifndef POLICY_TOOLS_WHOSE_H
#define POLICY_TOOLS_WHOSE_H

#include "policy/judge.h"
#include "policy/user.h"

/* More names than this in one certificate are ambiguous unseen. */
#define STSSL_WHOSE_NAMES 64
/* More identity files than this are not searched. */
#define STSSL_WHOSE_FILES 200000

/*
 * The one user whom the certificate of login->record logs in; login->user is
 * ignored.  Every name that one of the enabled classes' ways of identity draws
 * from the certificate is judged by stssl_judge(), for this service, address
 * and record, and counts if the verdict is "accept": a name that needs its
 * password, too, does not.
 * Returns 1 and the name; 0 when there is none; -ENOTUNIQ when there are two,
 * or more than STSSL_WHOSE_NAMES to be judged.  When it could not be found
 * out: -EIO when NSS failed for one of the names; -EBADMSG for a record that
 * the helper cannot have meant; -E2BIG for more than STSSL_WHOSE_FILES identity
 * files; -ENOMEM; or what open(2) and read(2) say of the identity files, such
 * as -EACCES: the file that cannot be read might have been a second one.
 *
 * Reads every identity file if a class uses them (100,000 take less than a
 * second when they are in memory), and blocks as long as NSS does.
 */
int stssl_whose(const struct stssl_classes *classes,
    const struct stssl_login *login, char ret_user[static STSSL_USER_MAX + 1]);

#endif
