/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A PAM service as libpam builds it from files: the lines of the service with
 * all that they include, in order.  Mistakes that libpam would meet become
 * findings, and lines that fail, as they do in libpam.
 */
#ifndef STSSLCTL_STACK_H
#define STSSLCTL_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include "stsslctl/control.h"
#include "stsslctl/findings.h"

/* Where libpam looks for services. */
#define STACK_DIR "/etc/pam.d"

/* Files include each other at most this deep; libpam has the same bound. */
#define STACK_DEPTH 16
/* More lines, with those of included files, are not read. */
#define STACK_LINES 512

enum stack_phase {
	STACK_AUTH,
	STACK_ACCOUNT,
	STACK_SESSION,
	STACK_PASSWORD,
	STACK_PHASE_COUNT
};

enum stack_kind {
	STACK_MODULE,
	STACK_BROKEN,   /* always fails: a mistake, or a missing file */
	STACK_SUBSTACK, /* stands before the lines of a substack */
};

/* What a module does in `auth`; modules.h. */
enum module_kind {
	MODULE_OURS,
	MODULE_PERMIT, /* says yes */
	MODULE_DENY,   /* says no */
	MODULE_GATE,   /* keeps some users out; proves nothing of the others */
	MODULE_BESIDE, /* neither lets in nor keeps out */
	MODULE_PASSWORD, /* asks for a password, or another proof */
	MODULE_STRANGE,  /* not known: it may ask for one */
};

struct stack_line {
	enum stack_phase phase;
	enum stack_kind kind;
	bool may_miss;  /* "-auth": the module may be missing */
	unsigned level; /* the number of substacks around it */
	struct control control;
	char *module;    /* as it was written; "" for broken lines */
	char *arguments; /* with one blank in front of each */
	char *file;
	unsigned line;
	enum module_kind does; /* play_learn() fills in these two */
	bool missing;          /* there is no such module */
};

struct stack {
	struct stack_line *lines;
	size_t count;
};

/*
 * Read service `service` from `dir`.  A phase of which the service has no line
 * is taken from the service "other", as libpam does.
 * Returns 0 and *ret, to be emptied by stack_done(); -ENOENT when there is no
 * such service; -EBADMSG when libpam would give up on it, with a finding;
 * -E2BIG past STACK_LINES, with a finding; or what open(2) says.
 */
int stack_read(const char *dir, const char *service, struct findings *findings,
    struct stack *ret);

void stack_done(struct stack *stack);

/* "pam_unix.so" of "/lib/security/pam_unix.so"; owned by the line. */
const char *stack_module_name(const struct stack_line *line);

/* Is this word one of the module's arguments? */
bool stack_has_argument(const struct stack_line *line, const char *word);

#endif
