/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module's stage in sshd's stack: users with keys, and a log of one line.
 */
#ifndef TESTS_SSH_STAGE_H
#define TESTS_SSH_STAGE_H

#include "pam_stssl/ssh_info.h"
#include "tests/module-stage.h"
#include "tests/ssh-keys.h"

#define KEY(key)    "publickey " key "\n"
#define MINE        KEY(SSH_ED25519)
#define MINE_TOO    KEY(SSH_RSA)
#define BOBS        KEY(SSH_P256)
#define NOBODYS     KEY(SSH_P384)
#define ASKED       "keyboard-interactive/pam\n"
#define PASSWORD    "password\n"
#define IGNORED     PAM_AUTH_ERR /* pam_deny's */
#define REASON(r)   "reason=" r " "
#define NONE_YET    REASON("no-certificate")
#define NOT_HIS     REASON("not-this-user")
#define NO_PASSWORD REASON("no-password")

/* The last line of the log. */
extern char ssh_line[4096];

/* Write classes, identities and the service "sshd" into the stage. */
void ssh_write(struct stage *s);

/* A stage without a helper, and without a connection of its own. */
void ssh_open(struct stage *s);

/* In a login; NULL: sshd says nothing, as 9.2 before a password. */
pam_handle_t *ssh_pam(struct stage *s, const char *user, const char *info);

#endif
