/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plays a PAM stack with pam_stssl.so in it: who answers what, and what comes
 * of it.
 */
#ifndef STSSLCTL_PLAY_H
#define STSSLCTL_PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "stsslctl/dispatch.h"

/* Gates whose answers are tried in all combinations; further ones say yes. */
#define PLAY_GATES 6

struct play {
	struct stack stack;
	size_t gates[PLAY_GATES]; /* of auth, those that ask for no proof */
	size_t gate_count;
	const struct stack_line *ours[STACK_PHASE_COUNT]; /* NULL: none */
};

/* What is to be answered in one phase, by kind of module. */
struct play_parts {
	enum stack_phase phase;
	enum control_code us;
	enum control_code password;
	enum control_code stranger; /* in front of pam_stssl.so, not known */
	enum control_code beside;
};

/* What came of it, over all answers of the gates. */
struct play_outcome {
	bool can[CODE_COUNT];
	bool setcred_fails;
	enum control_code setcred; /* if so: an example */
};

/*
 * The parts for a login by a certificate that pam_stssl.so accepts (no password
 * is right, and strangers in front are no obstacle), and by a right password.
 */
extern const struct play_parts play_by_certificate;
extern const struct play_parts play_by_password;

/* p->stack is filled: learn the rest; `module_dir` as for module_exists(). */
void play_learn(struct play *p, const char *module_dir);

/* Give every module its part. */
void play_fill(
    const struct play *p, const struct play_parts *parts, struct dispatch *ret);

/*
 * Authenticate, with every combination of what the gates can say, and setcred
 * after each success.  *o is all zero, or has what came of other calls.
 */
void play_authenticate(const struct play *p, const struct play_parts *parts,
    struct play_outcome *o);

/* The same with all that modules say of a bad password. */
void play_authenticate_badly(
    const struct play *p, enum control_code us, struct play_outcome *o);

/* What account comes to, when all the others say `others`. */
enum control_code play_account(
    const struct play *p, enum control_code us, enum control_code others);

#endif
