/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A gate counts when its "no" refuses somebody whom all others let in.  Gates
 * that only choose who is asked for the password do not: RHEL's stacks have
 * such.
 */
#include <config.h>
#include "stsslctl/check_gates.h"

#include <string.h>

/* One run: what everybody says, and who is asked. */
struct run {
	enum control_code said[STACK_LINES];
	bool asked[STACK_LINES];
};

static enum control_code
run(const struct play *p, struct run *r)
{
	return play_run(p, STACK_AUTH, r->said, r->asked);
}

static bool
is_gate(const struct play *p, size_t i)
{
	const struct stack_line *l = &p->stack.lines[i];

	return l->phase == STACK_AUTH && l->kind == STACK_MODULE &&
	       p->kinds[i] == MODULE_GATE && !p->missing[i];
}

/* Is the gate asked, and does its "no" refuse? */
static bool
decides(const struct play *p, const enum control_code *said, size_t gate)
{
	struct run r;

	memcpy(r.said, said, sizeof r.said);
	r.said[gate] = CODE_AUTH_ERR;
	return run(p, &r) != CODE_SUCCESS && r.asked[gate];
}

/* Nobody asks for a proof, or denies, behind it: it chooses nobody. */
static bool
is_last_word(const struct play *p, size_t gate)
{
	for (size_t i = gate + 1; i < p->stack.count; i++)
		if (p->stack.lines[i].phase == STACK_AUTH &&
		    (p->kinds[i] == MODULE_PASSWORD ||
			p->kinds[i] == MODULE_STRANGE ||
			p->kinds[i] == MODULE_DENY))
			return false;
	return true;
}

/*
 * Is the gate's "no" meant to count?  It does for a right password when all
 * others say yes, or when another gate's "no" leads past a jump to this one; or
 * it would, if `sufficient` in an included file did not end the stack before.
 */
static bool
is_meant(const struct play *p, size_t gate)
{
	int no = p->stack.lines[gate].control.actions[CODE_AUTH_ERR];
	enum control_code said[STACK_LINES];

	play_fill(p, &play_by_password, said);
	if (decides(p, said, gate))
		return true;
	if (no != ACTION_BAD && no != ACTION_DIE)
		return false;
	for (size_t i = 0; i < p->stack.count; i++) {
		struct run r;

		if (i == gate || !is_gate(p, i))
			continue;
		memcpy(r.said, said, sizeof r.said);
		r.said[i] = CODE_AUTH_ERR;
		if (run(p, &r) == CODE_SUCCESS && decides(p, r.said, gate))
			return true;
	}
	return is_last_word(p, gate);
}

/* The same module with the same arguments; faillock's preauth says it all. */
static bool
asks_the_same(const struct stack_line *a, const struct stack_line *b)
{
	if (strcmp(stack_module_name(a), stack_module_name(b)) != 0)
		return false;
	if (strcmp(stack_module_name(a), "pam_faillock.so") == 0)
		return stack_has_argument(a, "preauth");
	return strcmp(a->arguments, b->arguments) == 0;
}

/* Is a gate that asks the same asked about certificates, and binding? */
static bool
is_covered(const struct play *p, const struct run *certificate, size_t gate)
{
	for (size_t i = 0; i < p->stack.count; i++)
		if (is_gate(p, i) && certificate->asked[i] &&
		    asks_the_same(&p->stack.lines[i], &p->stack.lines[gate]) &&
		    decides(p, certificate->said, i))
			return true;
	return false;
}

void
check_gates(const struct play *p, struct findings *findings)
{
	struct run certificate;

	play_fill(p, &play_by_certificate, certificate.said);
	(void)run(p, &certificate);
	for (size_t i = 0; i < p->stack.count; i++) {
		const struct stack_line *l = &p->stack.lines[i];

		if (!is_gate(p, i) || certificate.asked[i] ||
		    is_covered(p, &certificate, i) || !is_meant(p, i))
			continue;
		findings_add(findings, FINDING_WARNING, l->file, l->line,
		    "%s is not asked about logins by certificate: put %s "
		    "before pam_stssl.so",
		    stack_module_name(l),
		    stack_has_argument(l, "authsucc") ? "one with preauth"
						      : "it");
	}
}
