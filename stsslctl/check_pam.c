/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plays the stack with all answers that matter, and says which outcomes are
 * not what an administrator can want.
 */
#include <config.h>
#include "stsslctl/check_pam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/quote.h"
#include "stsslctl/dispatch.h"
#include "stsslctl/modules.h"
#include "stsslctl/output.h"
#include "stsslctl/stack.h"

/* Gates whose answers are tried in all combinations; further ones say yes. */
#define GATES 6

/* What pam_stssl.so answers when it refuses; pam_stssl(8). */
static const enum control_code refusals[] = { CODE_PERM_DENIED,
	CODE_CRED_INSUFFICIENT, CODE_AUTHINFO_UNAVAIL, CODE_SERVICE_ERR,
	CODE_USER_UNKNOWN, CODE_SYSTEM_ERR };

/* What a module answers to a bad password. */
static const enum control_code bad_passwords[] = { CODE_AUTH_ERR,
	CODE_USER_UNKNOWN, CODE_AUTHINFO_UNAVAIL };

static const enum control_code gate_answers[] = { CODE_SUCCESS, CODE_AUTH_ERR,
	CODE_IGNORE };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct check {
	struct stack stack;
	struct findings *findings;
	enum module_kind kinds[STACK_LINES];
	bool missing[STACK_LINES];
	size_t gates[GATES];
	size_t gate_count;
	const struct stack_line *ours[STACK_PHASE_COUNT]; /* the first */
};

/* What is to be answered in one phase, by kind of module. */
struct play {
	enum stack_phase phase;
	enum control_code us;
	enum control_code password;
	enum control_code beside;
};

/* What came of it, over all answers of the gates. */
struct outcome {
	bool can[CODE_COUNT];
	bool setcred_fails;
	enum control_code setcred; /* if so: an example */
};

static void
learn(struct check *c, const char *module_dir)
{
	for (size_t i = 0; i < c->stack.count; i++) {
		const struct stack_line *l = &c->stack.lines[i];
		char quoted[STSSL_QUOTE_MAX];

		c->kinds[i] = module_kind(stack_module_name(l));
		if (l->kind != STACK_MODULE)
			continue;
		c->missing[i] = !module_exists(l->module, module_dir);
		if (c->missing[i] && !l->may_miss)
			findings_add(c->findings, FINDING_ERROR, l->file,
			    l->line, "module %s is missing: the line fails",
			    stssl_quote(quoted, sizeof quoted, l->module));
		if (c->kinds[i] == MODULE_OURS && c->ours[l->phase] == NULL)
			c->ours[l->phase] = l;
		if (l->phase == STACK_AUTH && c->gate_count < GATES &&
		    (c->kinds[i] == MODULE_GATE ||
			c->kinds[i] == MODULE_BESIDE))
			c->gates[c->gate_count++] = i;
	}
}

static enum control_code
answer(const struct check *c, const struct play *p, size_t i)
{
	if (c->missing[i])
		return CODE_MODULE_UNKNOWN;
	switch (c->kinds[i]) {
	case MODULE_OURS:
		return p->us;
	case MODULE_PERMIT:
		return CODE_SUCCESS;
	case MODULE_DENY:
		return CODE_AUTH_ERR;
	case MODULE_GATE:
	case MODULE_BESIDE:
		return p->beside;
	case MODULE_PASSWORD:
	default:
		return p->password;
	}
}

static void
fill(const struct check *c, const struct play *p, enum control_code *said)
{
	for (size_t i = 0; i < c->stack.count; i++)
		said[i] = answer(c, p, i);
}

/* One run with these answers; `asked` tells who was asked. */
static enum control_code
run(const struct check *c, enum stack_phase phase,
    const enum control_code *said, bool *asked)
{
	const struct dispatch d = {
		.phase = phase, .said = said, .asked = asked
	};

	memset(asked, 0, STACK_LINES * sizeof *asked);
	return dispatch_run(&c->stack, &d);
}

/* setcred after an authenticate that succeeded, in each kind of libpam. */
static enum control_code
run_setcred(
    const struct check *c, const enum control_code *said, const bool *asked)
{
	enum control_code creds[STACK_LINES], code;
	bool again[STACK_LINES] = { false };
	struct dispatch d = { .phase = STACK_AUTH,
		.said = creds,
		.again = said,
		.asked_before = asked,
		.asked = again };

	for (size_t i = 0; i < c->stack.count; i++)
		if (c->missing[i])
			creds[i] = CODE_MODULE_UNKNOWN;
		else
			creds[i] = c->kinds[i] == MODULE_DENY ? CODE_CRED_ERR
							      : CODE_SUCCESS;
	code = dispatch_run(&c->stack, &d);
	d.jumps_count = true;
	return code != CODE_SUCCESS ? code : dispatch_run(&c->stack, &d);
}

static void
note(const struct check *c, const enum control_code *said, const bool *asked,
    enum control_code code, struct outcome *o)
{
	enum control_code creds;

	o->can[code] = true;
	if (code != CODE_SUCCESS)
		return;
	creds = run_setcred(c, said, asked);
	if (creds != CODE_SUCCESS) {
		o->setcred_fails = true;
		o->setcred = creds;
	}
}

/* Authenticate, with every combination of what the gates can say. */
static void
authenticate(const struct check *c, enum control_code us,
    enum control_code password, struct outcome *o)
{
	const struct play p = { STACK_AUTH, us, password, CODE_SUCCESS };
	enum control_code said[STACK_LINES];
	bool asked[STACK_LINES];
	size_t combinations = 1;

	fill(c, &p, said);
	for (size_t g = 0; g < c->gate_count; g++)
		combinations *= COUNT(gate_answers);
	for (size_t n = 0; n < combinations; n++) {
		size_t rest = n;

		for (size_t g = 0; g < c->gate_count; g++) {
			if (!c->missing[c->gates[g]])
				said[c->gates[g]] =
				    gate_answers[rest % COUNT(gate_answers)];
			rest /= COUNT(gate_answers);
		}
		note(c, said, asked, run(c, STACK_AUTH, said, asked), o);
	}
}

/* Authenticate with all kinds of a bad password. */
static void
authenticate_badly(
    const struct check *c, enum control_code us, struct outcome *o)
{
	for (size_t i = 0; i < COUNT(bad_passwords); i++)
		authenticate(c, us, bad_passwords[i], o);
}

static void
complain(const struct check *c, enum stack_phase phase,
    enum finding_level level, const char *what)
{
	const struct stack_line *l = c->ours[phase];

	findings_add(c->findings, level, l->file, l->line, "%s", what);
}

/* A refusal must be one, whatever the password is. */
static void
check_refusals(const struct check *c)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		struct outcome good = { 0 }, bad = { 0 };
		const char *what = NULL;

		authenticate_badly(c, refusals[i], &bad);
		authenticate(c, refusals[i], CODE_SUCCESS, &good);
		if (bad.can[CODE_SUCCESS])
			what = "lets in without any proof whom";
		else if (good.can[CODE_SUCCESS])
			what = "leaves to the password whom";
		if (what == NULL)
			continue;
		findings_add(c->findings, FINDING_ERROR,
		    c->ours[STACK_AUTH]->file, c->ours[STACK_AUTH]->line,
		    "the stack %s pam_stssl.so refuses (%s)", what,
		    control_name(refusals[i]));
		return;
	}
}

/* What the class leaves to the password is the password's. */
static void
check_password(const struct check *c)
{
	struct outcome good = { 0 }, bad = { 0 };

	authenticate_badly(c, CODE_IGNORE, &bad);
	authenticate(c, CODE_IGNORE, CODE_SUCCESS, &good);
	if (bad.can[CODE_SUCCESS])
		complain(c, STACK_AUTH, FINDING_ERROR,
		    "the stack is open: without a good password, users "
		    "get in whom pam_stssl.so leaves to the password");
	if (!good.can[CODE_SUCCESS])
		complain(c, STACK_AUTH, FINDING_ERROR,
		    "the stack refuses good passwords");
	if (good.setcred_fails)
		findings_add(c->findings, FINDING_ERROR,
		    c->ours[STACK_AUTH]->file, c->ours[STACK_AUTH]->line,
		    "pam_setcred fails after a good password (%s)",
		    control_name(good.setcred));
}

static void
check_certificate(const struct check *c)
{
	struct outcome o = { 0 };

	authenticate(c, CODE_SUCCESS, CODE_AUTH_ERR, &o);
	if (!o.can[CODE_SUCCESS])
		complain(c, STACK_AUTH, FINDING_WARNING,
		    "a certificate that pam_stssl.so accepts does not log in "
		    "without a password");
	if (o.setcred_fails)
		findings_add(c->findings, FINDING_ERROR,
		    c->ours[STACK_AUTH]->file, c->ours[STACK_AUTH]->line,
		    "pam_setcred fails after a login by certificate (%s)",
		    control_name(o.setcred));
}

/* Does a password that is right count for nothing once this gate says no? */
static bool
is_binding(const struct check *c, const enum control_code *said, size_t gate)
{
	enum control_code refused[STACK_LINES];
	bool asked[STACK_LINES];

	memcpy(refused, said, c->stack.count * sizeof *refused);
	refused[gate] = CODE_AUTH_ERR;
	return run(c, STACK_AUTH, refused, asked) != CODE_SUCCESS;
}

/* Gates that count for logins by password, and are not asked otherwise. */
static void
check_skipped(const struct check *c)
{
	const struct play certificate = { STACK_AUTH, CODE_SUCCESS,
		CODE_AUTH_ERR, CODE_SUCCESS };
	const struct play password = { STACK_AUTH, CODE_IGNORE, CODE_SUCCESS,
		CODE_SUCCESS };
	enum control_code said[STACK_LINES];
	bool by_certificate[STACK_LINES], by_password[STACK_LINES];

	fill(c, &certificate, said);
	(void)run(c, STACK_AUTH, said, by_certificate);
	fill(c, &password, said);
	(void)run(c, STACK_AUTH, said, by_password);
	for (size_t i = 0; i < c->stack.count; i++)
		if (c->kinds[i] == MODULE_GATE && by_password[i] &&
		    !by_certificate[i] && is_binding(c, said, i))
			findings_add(c->findings, FINDING_WARNING,
			    c->stack.lines[i].file, c->stack.lines[i].line,
			    "%s is not asked about logins by certificate: "
			    "put it before pam_stssl.so",
			    stack_module_name(&c->stack.lines[i]));
}

/* What account comes to, when the others say `others`. */
static enum control_code
account(const struct check *c, enum control_code us, enum control_code others)
{
	const struct play p = { STACK_ACCOUNT, us, others, others };
	enum control_code said[STACK_LINES];
	bool asked[STACK_LINES];

	fill(c, &p, said);
	return run(c, STACK_ACCOUNT, said, asked);
}

/* Is there anybody else who can say no? */
static bool
has_other_account(const struct check *c)
{
	for (size_t i = 0; i < c->stack.count; i++)
		if (c->stack.lines[i].phase == STACK_ACCOUNT &&
		    c->kinds[i] != MODULE_OURS && c->kinds[i] != MODULE_PERMIT)
			return true;
	return false;
}

static void
check_account(const struct check *c)
{
	if (c->ours[STACK_ACCOUNT] == NULL) {
		complain(c, STACK_AUTH, FINDING_WARNING,
		    "no account line with pam_stssl.so: nothing decides once "
		    "more, should the auth lines be changed for the worse");
		return;
	}
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (account(c, refusals[i], CODE_SUCCESS) == CODE_SUCCESS) {
			complain(c, STACK_ACCOUNT, FINDING_ERROR,
			    "account lets in whom pam_stssl.so refuses");
			break;
		}
	if (account(c, CODE_SUCCESS, CODE_SUCCESS) != CODE_SUCCESS)
		complain(c, STACK_ACCOUNT, FINDING_ERROR,
		    "account refuses whom all modules accept");
	if (has_other_account(c) &&
	    account(c, CODE_SUCCESS, CODE_ACCT_EXPIRED) == CODE_SUCCESS)
		complain(c, STACK_ACCOUNT, FINDING_WARNING,
		    "what other modules say of an account does not count "
		    "once pam_stssl.so has accepted it");
}

static void
check_stack(const struct check *c, const char *path)
{
	if (c->ours[STACK_AUTH] == NULL) {
		findings_add(c->findings, FINDING_ERROR, path, 0,
		    "no auth line with pam_stssl.so");
		return;
	}
	check_refusals(c);
	check_password(c);
	check_certificate(c);
	check_skipped(c);
	check_account(c);
}

int
check_pam(const char *dir, const char *service, const char *module_dir,
    struct findings *findings)
{
	struct check c = { .findings = findings };
	int r = stack_read(dir, service, findings, &c.stack);
	char *path;

	if (r < 0)
		return r;
	if (asprintf(&path, "%s/%s", dir, service) < 0)
		(void)output_need(NULL);
	learn(&c, module_dir);
	check_stack(&c, path);
	free(path);
	stack_done(&c.stack);
	return 0;
}
