/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plays a PAM stack with pam_stssl.so in it: who answers what, and what comes
 * of it.
 */
#ifndef STSSLCTL_PLAY_H
#define STSSLCTL_PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "stsslctl/control.h"
#include "stsslctl/modules.h"
#include "stsslctl/stack.h"

/* Gates whose answers are tried in all combinations; further ones say yes. */
#define PLAY_GATES 6

/* A stack, and what is known of its lines. */
struct play {
	struct stack stack;
	enum module_kind kinds[STACK_LINES];
	bool missing[STACK_LINES]; /* there is no such module */
	size_t gates[PLAY_GATES];  /* of auth, those that ask for no proof */
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

/* p->stack is filled: learn the rest; `module_dir` as for module_exists(). */
void play_learn(struct play *p, const char *module_dir);

/* Everybody's answer, by index in the stack. */
void play_fill(const struct play *p, const struct play_parts *parts,
    enum control_code *ret_said);

/* One run with these answers; ret_asked tells who was asked. */
enum control_code play_run(const struct play *p, enum stack_phase phase,
    const enum control_code *said, bool *ret_asked);

/*
 * The parts for a login by a certificate that pam_stssl.so accepts: no password
 * is right, and strangers in front are no obstacle.
 */
extern const struct play_parts play_by_certificate;

/* The parts for a login by a right password. */
extern const struct play_parts play_by_password;

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
