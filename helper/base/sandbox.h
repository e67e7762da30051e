/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Giving up what a process does not need: one call, with the rights of its role
 * as data.  It works the same for root's helper and for an ordinary user's.
 *
 * Taken away for good: capabilities, core dumps, being traced by others of the
 * same user, files, signals to others and abstract sockets (Landlock, as far as
 * the kernel has it), and system calls (libseccomp).  A call that only an
 * attacker has a use for, such as execve(2), kills the process; others that the
 * role has no right to fail with EPERM.
 */
#ifndef HELPER_BASE_SANDBOX_H
#define HELPER_BASE_SANDBOX_H

#include "helper/base/sandbox_rights.h"

/* The sanitizers' runtime calls what no role may, and so does who counts. */
#if defined STSSL_SANITIZED || defined STSSL_COUNTED
#define SANDBOX_DEFAULT SANDBOX_LOG
#else
#define SANDBOX_DEFAULT SANDBOX_ENFORCE
#endif

/* For all that is entered from now on, here and in children. */
void sandbox_set_mode(enum sandbox_mode mode);

/*
 * Nobody of our user may look into our memory from now on, neither as it is
 * nor in a core file.  To become another user may undo it.  In every mode, and
 * part of sandbox_enter(); for processes with secrets before that.  Returns 0
 * or -errno.
 */
int sandbox_hide(void);

/*
 * Enter; there is no way back, and children inherit it.  Returns 0; or a
 * negative errno, and then the process must end: it may be half locked.
 */
int sandbox_enter(const struct sandbox *sandbox);

/*
 * The part of it that is Landlock, landlock(7): from now on the process opens
 * only files that its rights allow, and reaches no other process by a signal
 * or an abstract unix(7) socket where the kernel has such scopes, Linux 6.12.
 * Files that are open stay so.  Needs no_new_privs.  Returns 0, also if the
 * kernel has no Landlock; or -errno.
 */
int sandbox_limit_files(const struct sandbox *sandbox);

/* Of each role, for tests: what is entered is the role's own matter. */
extern const struct sandbox sandbox_monitor, sandbox_worker, sandbox_advisor,
    sandbox_inquirer, sandbox_keyholder, sandbox_reviewer, sandbox_verifier;

#endif
