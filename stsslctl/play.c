/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Gives every module of a stack its part, and lets dispatch.c play it.
 */
#include <config.h>
#include "stsslctl/play.h"

#include <string.h>

#include "stsslctl/dispatch.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What a module answers to a bad password. */
static const enum control_code bad_passwords[] = { CODE_AUTH_ERR,
	CODE_USER_UNKNOWN, CODE_AUTHINFO_UNAVAIL };

static const enum control_code gate_answers[] = { CODE_SUCCESS, CODE_AUTH_ERR,
	CODE_IGNORE };

const struct play_parts play_by_certificate = {
	.phase = STACK_AUTH,
	.us = CODE_SUCCESS,
	.password = CODE_AUTH_ERR,
	.stranger = CODE_SUCCESS,
	.beside = CODE_SUCCESS,
};

const struct play_parts play_by_password = {
	.phase = STACK_AUTH,
	.us = CODE_IGNORE,
	.password = CODE_SUCCESS,
	.stranger = CODE_SUCCESS,
	.beside = CODE_SUCCESS,
};

void
play_learn(struct play *p, const char *module_dir)
{
	for (size_t i = 0; i < p->stack.count; i++) {
		const struct stack_line *l = &p->stack.lines[i];

		p->kinds[i] = module_kind(l);
		if (l->kind != STACK_MODULE)
			continue;
		p->missing[i] = !module_exists(l->module, module_dir);
		if (p->kinds[i] == MODULE_OURS && p->ours[l->phase] == NULL)
			p->ours[l->phase] = l;
		if (l->phase == STACK_AUTH && p->gate_count < PLAY_GATES &&
		    (p->kinds[i] == MODULE_GATE ||
			p->kinds[i] == MODULE_BESIDE))
			p->gates[p->gate_count++] = i;
	}
}

static enum control_code
answer(const struct play *p, const struct play_parts *parts, size_t i)
{
	if (p->missing[i])
		return CODE_MODULE_UNKNOWN;
	switch (p->kinds[i]) {
	case MODULE_OURS:
		return parts->us;
	case MODULE_PERMIT:
		return CODE_SUCCESS;
	case MODULE_DENY:
		return CODE_AUTH_ERR;
	case MODULE_GATE:
	case MODULE_BESIDE:
		return parts->beside;
	case MODULE_STRANGE:
		return p->ours[STACK_AUTH] != NULL &&
			       &p->stack.lines[i] < p->ours[STACK_AUTH]
			   ? parts->stranger
			   : parts->password;
	case MODULE_PASSWORD:
	default:
		return parts->password;
	}
}

void
play_fill(const struct play *p, const struct play_parts *parts,
    enum control_code *ret_said)
{
	for (size_t i = 0; i < p->stack.count; i++)
		ret_said[i] = answer(p, parts, i);
}

enum control_code
play_run(const struct play *p, enum stack_phase phase,
    const enum control_code *said, bool *ret_asked)
{
	const struct dispatch d = {
		.phase = phase, .said = said, .asked = ret_asked
	};

	memset(ret_asked, 0, STACK_LINES * sizeof *ret_asked);
	return dispatch_run(&p->stack, &d);
}

/* setcred after an authenticate that succeeded, in each kind of libpam. */
static enum control_code
run_setcred(
    const struct play *p, const enum control_code *said, const bool *asked)
{
	enum control_code creds[STACK_LINES], code;
	bool again[STACK_LINES] = { false };
	struct dispatch d = { .phase = STACK_AUTH,
		.said = creds,
		.again = said,
		.asked_before = asked,
		.asked = again };

	for (size_t i = 0; i < p->stack.count; i++)
		if (p->missing[i])
			creds[i] = CODE_MODULE_UNKNOWN;
		else
			creds[i] = p->kinds[i] == MODULE_DENY ? CODE_CRED_ERR
							      : CODE_SUCCESS;
	code = dispatch_run(&p->stack, &d);
	d.jumps_count = true;
	return code != CODE_SUCCESS ? code : dispatch_run(&p->stack, &d);
}

static void
note(const struct play *p, const enum control_code *said, const bool *asked,
    enum control_code code, struct play_outcome *o)
{
	enum control_code creds;

	o->can[code] = true;
	if (code != CODE_SUCCESS)
		return;
	creds = run_setcred(p, said, asked);
	if (creds != CODE_SUCCESS) {
		o->setcred_fails = true;
		o->setcred = creds;
	}
}

void
play_authenticate(const struct play *p, const struct play_parts *parts,
    struct play_outcome *o)
{
	enum control_code said[STACK_LINES];
	bool asked[STACK_LINES];
	size_t combinations = 1;

	play_fill(p, parts, said);
	for (size_t g = 0; g < p->gate_count; g++)
		combinations *= COUNT(gate_answers);
	for (size_t n = 0; n < combinations; n++) {
		size_t rest = n;

		for (size_t g = 0; g < p->gate_count; g++) {
			if (!p->missing[p->gates[g]])
				said[p->gates[g]] =
				    gate_answers[rest % COUNT(gate_answers)];
			rest /= COUNT(gate_answers);
		}
		note(p, said, asked, play_run(p, STACK_AUTH, said, asked), o);
	}
}

void
play_authenticate_badly(
    const struct play *p, enum control_code us, struct play_outcome *o)
{
	for (size_t i = 0; i < COUNT(bad_passwords); i++) {
		enum control_code bad = bad_passwords[i];

		play_authenticate(p,
		    &(struct play_parts){
			STACK_AUTH, us, bad, bad, CODE_SUCCESS },
		    o);
	}
}

enum control_code
play_account(
    const struct play *p, enum control_code us, enum control_code others)
{
	const struct play_parts parts = { STACK_ACCOUNT, us, others, others,
		others };
	enum control_code said[STACK_LINES];
	bool asked[STACK_LINES];

	play_fill(p, &parts, said);
	return play_run(p, STACK_ACCOUNT, said, asked);
}
