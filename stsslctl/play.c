/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Gives every module of a stack its answer, and lets dispatch.c play it.
 */
#include <config.h>
#include "stsslctl/play.h"

#include "stsslctl/modules.h"

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
		struct stack_line *l = &p->stack.lines[i];

		l->does = module_kind(l);
		if (l->kind != STACK_MODULE)
			continue;
		l->missing = !module_exists(l->module, module_dir);
		if (l->does == MODULE_OURS && p->ours[l->phase] == NULL)
			p->ours[l->phase] = l;
		if (l->phase == STACK_AUTH && p->gate_count < PLAY_GATES &&
		    (l->does == MODULE_GATE || l->does == MODULE_BESIDE))
			p->gates[p->gate_count++] = i;
	}
}

static enum control_code
answer(const struct play *p, const struct play_parts *parts,
    const struct stack_line *l)
{
	if (l->missing)
		return CODE_MODULE_UNKNOWN;
	switch (l->does) {
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
		return p->ours[STACK_AUTH] != NULL && l < p->ours[STACK_AUTH]
			   ? parts->stranger
			   : parts->password;
	case MODULE_PASSWORD:
	default:
		return parts->password;
	}
}

void
play_fill(
    const struct play *p, const struct play_parts *parts, struct dispatch *ret)
{
	ret->phase = parts->phase;
	ret->before = NULL;
	for (size_t i = 0; i < p->stack.count; i++)
		ret->said[i] = answer(p, parts, &p->stack.lines[i]);
}

/* setcred after a successful authenticate, in both kinds of libpam. */
static enum control_code
run_setcred(const struct play *p, const struct dispatch *authenticate)
{
	struct dispatch d = { .phase = STACK_AUTH, .before = authenticate };
	enum control_code code;

	for (size_t i = 0; i < p->stack.count; i++)
		if (p->stack.lines[i].missing)
			d.said[i] = CODE_MODULE_UNKNOWN;
		else if (p->stack.lines[i].does == MODULE_DENY)
			d.said[i] = CODE_CRED_ERR;
	code = dispatch_run(&p->stack, &d);
	d.jumps_count = true;
	return code != CODE_SUCCESS ? code : dispatch_run(&p->stack, &d);
}

static void
run(const struct play *p, struct dispatch *d, struct play_outcome *o)
{
	enum control_code code = dispatch_run(&p->stack, d);

	o->can[code] = true;
	if (code != CODE_SUCCESS)
		return;
	code = run_setcred(p, d);
	if (code != CODE_SUCCESS) {
		o->setcred_fails = true;
		o->setcred = code;
	}
}

void
play_authenticate(const struct play *p, const struct play_parts *parts,
    struct play_outcome *o)
{
	struct dispatch d;
	size_t combinations = 1;

	play_fill(p, parts, &d);
	for (size_t g = 0; g < p->gate_count; g++)
		combinations *= COUNT(gate_answers);
	for (size_t n = 0; n < combinations; n++) {
		size_t rest = n;

		for (size_t g = 0; g < p->gate_count; g++) {
			if (!p->stack.lines[p->gates[g]].missing)
				d.said[p->gates[g]] =
				    gate_answers[rest % COUNT(gate_answers)];
			rest /= COUNT(gate_answers);
		}
		run(p, &d, o);
	}
}

void
play_authenticate_badly(
    const struct play *p, enum control_code us, struct play_outcome *o)
{
	for (size_t i = 0; i < COUNT(bad_passwords); i++) {
		enum control_code bad = bad_passwords[i];
		const struct play_parts parts = { STACK_AUTH, us, bad, bad,
			CODE_SUCCESS };

		play_authenticate(p, &parts, o);
	}
}

static enum control_code
play(const struct play *p, enum stack_phase phase, enum control_code us,
    enum control_code others)
{
	const struct play_parts parts = { phase, us, others, others, others };
	struct dispatch d;

	play_fill(p, &parts, &d);
	return dispatch_run(&p->stack, &d);
}

enum control_code
play_account(
    const struct play *p, enum control_code us, enum control_code others)
{
	return play(p, STACK_ACCOUNT, us, others);
}

enum control_code
play_session(const struct play *p, enum control_code us)
{
	return play(p, STACK_SESSION, us, CODE_SUCCESS);
}
