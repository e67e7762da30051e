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

#include <stdbool.h>

enum sandbox_mode {
	SANDBOX_ENFORCE,
	SANDBOX_LOG, /* nothing fails; what would is in the kernel's log */
	SANDBOX_OFF  /* tests of other things */
};

/* The sanitizers' runtime calls what no role may, and so does who counts. */
#if defined STSSL_SANITIZED || defined STSSL_COUNTED
#define SANDBOX_DEFAULT SANDBOX_LOG
#else
#define SANDBOX_DEFAULT SANDBOX_ENFORCE
#endif

/* Rights of a role beyond computing, its open descriptors and its clock. */
enum sandbox_right {
	SANDBOX_SOCKETS = 1 << 0,   /* make sockets, of the internet */
	SANDBOX_LOCAL = 1 << 1,     /* make unix(7) sockets, of type stream */
	SANDBOX_READ = 1 << 2,      /* open files to read them */
	SANDBOX_WRITE = 1 << 3,     /* make, change and remove files */
	SANDBOX_CODE = 1 << 4,      /* load code, as NSS and PKCS#11 do */
	SANDBOX_PROCESSES = 1 << 5, /* start, signal, reap; any unix socket */
	SANDBOX_THREADS = 1 << 6    /* start threads, as libraries do */
};

struct sandbox {
	const char *role;
	unsigned rights; /* bits of enum sandbox_right */
};

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
    sandbox_inquirer, sandbox_keyholder, sandbox_reviewer;

#endif
