/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What libpam makes of the answers of a stack's modules: its rules for
 * required and done, jumps and substacks, and for setcred after authenticate.
 */
#ifndef STSSLCTL_DISPATCH_H
#define STSSLCTL_DISPATCH_H

#include "stsslctl/stack.h"

/*
 * One run over the lines of a phase.  `said` has the answer of each module, by
 * index in the stack; `asked` is set for those whose answer was asked for.
 * With `again`, which has the answers of an earlier authenticate, the path is
 * the one that they make: this is setcred, or close_session.  There a module
 * whose answer makes a jump counts as one that said its word in Linux-PAM as
 * released, and does not in Debian's.
 */
struct dispatch {
	enum stack_phase phase;
	const enum control_code *said;
	const enum control_code *again; /* NULL: this is the first call */
	const bool *asked_before;       /* belongs to `again` */
	bool jumps_count;               /* belongs to `again` */
	bool *asked;                    /* out */
};

/* Returns what the daemon gets to see. */
enum control_code dispatch_run(
    const struct stack *stack, const struct dispatch *d);

#endif
