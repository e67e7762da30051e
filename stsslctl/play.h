/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plays a PAM stack with pam_stssl.so in it: gives each module an answer, and
 * tells what the login comes to.
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

/* The answers in one phase, by kind of module. */
struct play_parts {
	enum stack_phase phase;
	enum control_code us; /* pam_stssl.so */
	enum control_code password;
	enum control_code stranger; /* unknown, in front of pam_stssl.so */
	enum control_code beside;   /* and gates, unless they are tried */
};

/* The results with all answers that gates can give. */
struct play_outcome {
	bool can[CODE_COUNT];
	bool setcred_fails;
	enum control_code setcred; /* an example, if it fails */
};

/*
 * The answers for a login by a certificate that pam_stssl.so accepts (passwords
 * are wrong, unknown modules in front say yes), and by a right password.
 */
extern const struct play_parts play_by_certificate;
extern const struct play_parts play_by_password;

/* Fill in all but p->stack; `module_dir` as for module_exists(). */
void play_learn(struct play *p, const char *module_dir);

/* Give every module its answer. */
void play_fill(
    const struct play *p, const struct play_parts *parts, struct dispatch *ret);

/*
 * Authenticate, with every combination of what the gates can say, and setcred
 * after each success.  The results are added to *o.
 */
void play_authenticate(const struct play *p, const struct play_parts *parts,
    struct play_outcome *o);

/* The same with all answers that modules have for a bad password. */
void play_authenticate_badly(
    const struct play *p, enum control_code us, struct play_outcome *o);

/* The result of account when all other modules answer `others`. */
enum control_code play_account(
    const struct play *p, enum control_code us, enum control_code others);

/* The result of open_session when all other modules say yes. */
enum control_code play_session(const struct play *p, enum control_code us);

#endif
