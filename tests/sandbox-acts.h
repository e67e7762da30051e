/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What test-helper-process-sandbox.c has each role try, from inside.
 */
#ifndef TESTS_SANDBOX_ACTS_H
#define TESTS_SANDBOX_ACTS_H

#define SANDBOX_ROLES 7

/*
 * An act returns 0 when it worked, else -errno.  The outcomes are those of
 * monitor, worker, advisor, inquirer, reviewer, keyholder, verifier: k killed,
 * p EPERM or EACCES, . works, - not tried.
 */
struct sandbox_act {
	const char *what;
	int (*act)(void);
	const char outcomes[SANDBOX_ROLES + 1];
};

/* Both end with a row without an act. */
extern const struct sandbox_act sandbox_own_acts[];
extern const struct sandbox_act sandbox_acts_on_others[];

/* A socket that every role may have, and its other end: made before an act. */
extern int sandbox_pair[2];

#endif
