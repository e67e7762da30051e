/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plays the stack with all answers that matter, and reports the outcomes that
 * no administrator can want.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/quote.h"
#include "stsslctl/output.h"
#include "stsslctl/play.h"

/* What pam_stssl.so answers when it refuses; pam_stssl(8). */
static const enum control_code refusals[] = { CODE_PERM_DENIED,
	CODE_CRED_INSUFFICIENT, CODE_AUTHINFO_UNAVAIL, CODE_SERVICE_ERR,
	CODE_USER_UNKNOWN, CODE_SYSTEM_ERR };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
report_missing(const struct play *p, struct findings *findings)
{
	char quoted[STSSL_QUOTE_MAX];

	for (size_t i = 0; i < p->stack.count; i++) {
		const struct stack_line *l = &p->stack.lines[i];

		if (l->missing && !l->may_miss)
			findings_add(findings, FINDING_ERROR, l->file, l->line,
			    "module %s is missing: the line fails",
			    stssl_quote(quoted, sizeof quoted, l->module));
	}
}

static bool
is_gate(const struct play *p, size_t i)
{
	const struct stack_line *l = &p->stack.lines[i];

	return l->phase == STACK_AUTH && l->kind == STACK_MODULE &&
	       l->does == MODULE_GATE && !l->missing;
}

/* With these answers, is the gate asked, and does its "no" refuse? */
static bool
decides(const struct play *p, const struct dispatch *d, size_t gate)
{
	struct dispatch no = *d;

	no.said[gate] = CODE_AUTH_ERR;
	return dispatch_run(&p->stack, &no) != CODE_SUCCESS && no.asked[gate];
}

/* No module behind the gate asks for a proof, or denies. */
static bool
is_last_word(const struct play *p, size_t gate)
{
	for (size_t i = gate + 1; i < p->stack.count; i++) {
		const struct stack_line *l = &p->stack.lines[i];

		if (l->phase == STACK_AUTH &&
		    (l->does == MODULE_PASSWORD || l->does == MODULE_STRANGE ||
			l->does == MODULE_DENY))
			return false;
	}
	return true;
}

/*
 * Is the gate's "no" meant to count?  Yes, if it refuses a right password when
 * all others say yes, or when the "no" of another gate jumps to this one; or if
 * it would refuse, did `sufficient` in an included file not end the stack.
 */
static bool
is_meant(const struct play *p, size_t gate)
{
	int no = p->stack.lines[gate].control.actions[CODE_AUTH_ERR];
	struct dispatch d;

	play_fill(p, &play_by_password, &d);
	if (decides(p, &d, gate))
		return true;
	if (no != ACTION_BAD && no != ACTION_DIE)
		return false;
	for (size_t i = 0; i < p->stack.count; i++) {
		struct dispatch other = d;

		if (i == gate || !is_gate(p, i))
			continue;
		other.said[i] = CODE_AUTH_ERR;
		if (dispatch_run(&p->stack, &other) == CODE_SUCCESS &&
		    decides(p, &other, gate))
			return true;
	}
	return is_last_word(p, gate);
}

/* The same module and arguments; for faillock preauth is enough. */
static bool
asks_the_same(const struct stack_line *a, const struct stack_line *b)
{
	if (strcmp(stack_module_name(a), stack_module_name(b)) != 0)
		return false;
	if (strcmp(stack_module_name(a), "pam_faillock.so") == 0)
		return stack_has_argument(a, "preauth");
	return strcmp(a->arguments, b->arguments) == 0;
}

/* Is a gate with the same question asked, and heeded, for certificates? */
static bool
is_covered(
    const struct play *p, const struct dispatch *certificate, size_t gate)
{
	for (size_t i = 0; i < p->stack.count; i++)
		if (is_gate(p, i) && certificate->asked[i] &&
		    asks_the_same(&p->stack.lines[i], &p->stack.lines[gate]) &&
		    decides(p, certificate, i))
			return true;
	return false;
}

/*
 * Report gates that a login by certificate skips, if their "no" refuses
 * somebody whom all others let in.  Gates that only choose which module asks
 * for the password, as in RHEL's stacks, are not meant.
 */
static void
check_gates(const struct play *p, struct findings *findings)
{
	struct dispatch certificate;

	play_fill(p, &play_by_certificate, &certificate);
	(void)dispatch_run(&p->stack, &certificate);
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

struct check {
	struct play play;
	struct findings *findings;
};

/* About the line of pam_stssl.so. */
static void
complain(const struct check *c, enum stack_phase phase,
    enum finding_level level, const char *what)
{
	const struct stack_line *l = c->play.ours[phase];

	findings_add(c->findings, level, l->file, l->line, "%s", what);
}

/* An error of auth, with a code that is an example of it. */
static void
complain_of_code(
    const struct check *c, const char *what, enum control_code code)
{
	const struct stack_line *l = c->play.ours[STACK_AUTH];
	char name[CONTROL_NAME_MAX];

	findings_add(c->findings, FINDING_ERROR, l->file, l->line, "%s (%s)",
	    what, control_name(code, name));
}

/* Does a refusal refuse, with a right password and with a wrong one? */
static void
check_refusals(const struct check *c)
{
	struct play_parts parts = play_by_password;

	for (size_t i = 0; i < COUNT(refusals); i++) {
		struct play_outcome good = { 0 }, bad = { 0 };

		parts.us = refusals[i];
		play_authenticate_badly(&c->play, refusals[i], &bad);
		play_authenticate(&c->play, &parts, &good);
		if (!bad.can[CODE_SUCCESS] && !good.can[CODE_SUCCESS])
			continue;
		complain_of_code(c,
		    bad.can[CODE_SUCCESS]
			? "the stack lets in without any proof whom "
			  "pam_stssl.so refuses"
			: "the stack leaves to the password whom "
			  "pam_stssl.so refuses",
		    refusals[i]);
		return;
	}
}

/* Does the password decide where the class leaves it to the password? */
static void
check_password(const struct check *c)
{
	struct play_outcome good = { 0 }, bad = { 0 };

	play_authenticate_badly(&c->play, CODE_IGNORE, &bad);
	play_authenticate(&c->play, &play_by_password, &good);
	if (bad.can[CODE_SUCCESS])
		complain(c, STACK_AUTH, FINDING_ERROR,
		    "the stack is open: without a good password, users "
		    "get in whom pam_stssl.so leaves to the password");
	if (!good.can[CODE_SUCCESS])
		complain(c, STACK_AUTH, FINDING_ERROR,
		    "the stack refuses good passwords");
	if (good.setcred_fails)
		complain_of_code(
		    c, "pam_setcred fails after a good password", good.setcred);
}

static void
check_certificate(const struct check *c)
{
	struct play_outcome o = { 0 };

	play_authenticate(&c->play, &play_by_certificate, &o);
	if (!o.can[CODE_SUCCESS])
		complain(c, STACK_AUTH, FINDING_WARNING,
		    "a certificate that pam_stssl.so accepts does not log in "
		    "without a password");
	if (o.setcred_fails)
		complain_of_code(c,
		    "pam_setcred fails after a login by certificate",
		    o.setcred);
}

/* Is there another module that can say no? */
static bool
has_other_account(const struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->lines[i].phase == STACK_ACCOUNT &&
		    stack->lines[i].does != MODULE_OURS &&
		    stack->lines[i].does != MODULE_PERMIT)
			return true;
	return false;
}

static void
check_account(const struct check *c)
{
	const struct play *p = &c->play;

	/* The session decides once more, then: check_ssh(). */
	if (p->ours[STACK_ACCOUNT] == NULL &&
	    stack_has_argument(p->ours[STACK_AUTH], "ssh"))
		return;
	if (p->ours[STACK_ACCOUNT] == NULL) {
		complain(c, STACK_AUTH, FINDING_WARNING,
		    "no account line with pam_stssl.so: nothing decides once "
		    "more, should the auth lines be changed for the worse");
		return;
	}
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (play_account(p, refusals[i], CODE_SUCCESS) ==
		    CODE_SUCCESS) {
			complain(c, STACK_ACCOUNT, FINDING_ERROR,
			    "account lets in whom pam_stssl.so refuses");
			break;
		}
	if (play_account(p, CODE_SUCCESS, CODE_SUCCESS) != CODE_SUCCESS)
		complain(c, STACK_ACCOUNT, FINDING_ERROR,
		    "account refuses whom all modules accept");
	if (has_other_account(&p->stack) &&
	    play_account(p, CODE_SUCCESS, CODE_ACCT_EXPIRED) == CODE_SUCCESS)
		complain(c, STACK_ACCOUNT, FINDING_WARNING,
		    "what other modules say of an account does not count "
		    "once pam_stssl.so has accepted it");
}

static void
check_stack(const struct check *c)
{
	check_refusals(c);
	check_password(c);
	check_certificate(c);
	check_gates(&c->play, c->findings);
	check_account(c);
	check_ssh(&c->play, c->findings);
}

int
check_pam(const char *dir, const char *service, const char *module_dir,
    struct findings *findings)
{
	struct check c = { .findings = findings };
	int r = stack_read(dir, service, findings, &c.play.stack);
	char *path;

	if (r < 0)
		return r;
	path = output_format("%s/%s", dir, service);
	play_learn(&c.play, module_dir);
	report_missing(&c.play, findings);
	check_options(&c.play, findings);
	if (c.play.ours[STACK_AUTH] == NULL)
		findings_add(findings, FINDING_ERROR, path, 0,
		    "no auth line with pam_stssl.so");
	else
		check_stack(&c);
	free(path);
	stack_done(&c.play.stack);
	return 0;
}
