/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What libpam makes of the answers of a stack's modules: its rules for
 * required and done, jumps and substacks, and for setcred after authenticate.
 *
 * libpam itself is not used for this.  As root it would write each of many
 * thousand tries to the audit log as a login.  And a jump in setcred means
 * something else in Debian's libpam; a stack should be right with every libpam.
 */
#ifndef STSSLCTL_DISPATCH_H
#define STSSLCTL_DISPATCH_H

#include "stsslctl/stack.h"

/* One call of libpam for a phase.  Arrays are by the index of a line. */
struct dispatch {
	enum stack_phase phase;
	enum control_code said[STACK_LINES]; /* the answer of each module */
	bool asked[STACK_LINES];             /* out: which were called */
	/*
	 * NULL; or a finished authenticate, if this is setcred after it, which
	 * takes the same path: the answers of authenticate decide it.
	 */
	const struct dispatch *before;
	/*
	 * In setcred, does the answer of a module that causes a jump count as
	 * its result?  It does in Linux-PAM, and does not in Debian's.
	 */
	bool jumps_count;
};

/* Returns what the daemon gets. */
enum control_code dispatch_run(const struct stack *stack, struct dispatch *d);

#endif
