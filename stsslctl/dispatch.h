/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What libpam makes of the answers of a stack's modules: its rules for
 * required and done, jumps and substacks, and for setcred after authenticate.
 *
 * libpam itself is not asked: as root it would write each of thousands of
 * tries to the audit log as a login; and what it makes of a jump in setcred
 * depends on who built it, while the stack has to be right with every one.
 */
#ifndef STSSLCTL_DISPATCH_H
#define STSSLCTL_DISPATCH_H

#include "stsslctl/stack.h"

/* One call of libpam over the lines of a phase; arrays go by their index. */
struct dispatch {
	enum stack_phase phase;
	enum control_code said[STACK_LINES]; /* the answer of each module */
	bool asked[STACK_LINES];             /* out: whose was asked for */
	/*
	 * An authenticate that was run: this is the setcred behind it, which
	 * takes the path that the answers of then make.
	 */
	const struct dispatch *before;
	/*
	 * On that path a module whose answer makes a jump counts as one that
	 * said its word in Linux-PAM as released, and does not in Debian's.
	 */
	bool jumps_count;
};

/* Returns what the daemon gets to see. */
enum control_code dispatch_run(const struct stack *stack, struct dispatch *d);

#endif
