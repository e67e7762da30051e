/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Has the stack played with all answers that matter, and says which outcomes
 * are not what an administrator can want.
 */
#include <config.h>
#include "stsslctl/check_pam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/quote.h"
#include "stsslctl/check_gates.h"
#include "stsslctl/output.h"
#include "stsslctl/play.h"

/* What pam_stssl.so answers when it refuses; pam_stssl(8). */
static const enum control_code refusals[] = { CODE_PERM_DENIED,
	CODE_CRED_INSUFFICIENT, CODE_AUTHINFO_UNAVAIL, CODE_SERVICE_ERR,
	CODE_USER_UNKNOWN, CODE_SYSTEM_ERR };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct check {
	struct play play;
	struct findings *findings;
};

static void
report_missing(const struct check *c)
{
	char quoted[STSSL_QUOTE_MAX];

	for (size_t i = 0; i < c->play.stack.count; i++) {
		const struct stack_line *l = &c->play.stack.lines[i];

		if (c->play.missing[i] && !l->may_miss)
			findings_add(c->findings, FINDING_ERROR, l->file,
			    l->line, "module %s is missing: the line fails",
			    stssl_quote(quoted, sizeof quoted, l->module));
	}
}

static void
complain(const struct check *c, enum stack_phase phase,
    enum finding_level level, const char *what)
{
	const struct stack_line *l = c->play.ours[phase];

	findings_add(c->findings, level, l->file, l->line, "%s", what);
}

/* A refusal must be one, whatever the password is. */
static void
check_refusals(const struct check *c)
{
	struct play_parts parts = play_by_password;

	for (size_t i = 0; i < COUNT(refusals); i++) {
		struct play_outcome good = { 0 }, bad = { 0 };
		const char *what = NULL;

		parts.us = refusals[i];
		play_authenticate_badly(&c->play, refusals[i], &bad);
		play_authenticate(&c->play, &parts, &good);
		if (bad.can[CODE_SUCCESS])
			what = "lets in without any proof whom";
		else if (good.can[CODE_SUCCESS])
			what = "leaves to the password whom";
		if (what == NULL)
			continue;
		findings_add(c->findings, FINDING_ERROR,
		    c->play.ours[STACK_AUTH]->file,
		    c->play.ours[STACK_AUTH]->line,
		    "the stack %s pam_stssl.so refuses (%s)", what,
		    control_name(refusals[i]));
		return;
	}
}

/* What the class leaves to the password is the password's. */
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
		findings_add(c->findings, FINDING_ERROR,
		    c->play.ours[STACK_AUTH]->file,
		    c->play.ours[STACK_AUTH]->line,
		    "pam_setcred fails after a good password (%s)",
		    control_name(good.setcred));
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
		findings_add(c->findings, FINDING_ERROR,
		    c->play.ours[STACK_AUTH]->file,
		    c->play.ours[STACK_AUTH]->line,
		    "pam_setcred fails after a login by certificate (%s)",
		    control_name(o.setcred));
}

/* Is there anybody else who can say no? */
static bool
has_other_account(const struct check *c)
{
	for (size_t i = 0; i < c->play.stack.count; i++)
		if (c->play.stack.lines[i].phase == STACK_ACCOUNT &&
		    c->play.kinds[i] != MODULE_OURS &&
		    c->play.kinds[i] != MODULE_PERMIT)
			return true;
	return false;
}

static void
check_account(const struct check *c)
{
	if (c->play.ours[STACK_ACCOUNT] == NULL) {
		complain(c, STACK_AUTH, FINDING_WARNING,
		    "no account line with pam_stssl.so: nothing decides once "
		    "more, should the auth lines be changed for the worse");
		return;
	}
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (play_account(&c->play, refusals[i], CODE_SUCCESS) ==
		    CODE_SUCCESS) {
			complain(c, STACK_ACCOUNT, FINDING_ERROR,
			    "account lets in whom pam_stssl.so refuses");
			break;
		}
	if (play_account(&c->play, CODE_SUCCESS, CODE_SUCCESS) != CODE_SUCCESS)
		complain(c, STACK_ACCOUNT, FINDING_ERROR,
		    "account refuses whom all modules accept");
	if (has_other_account(c) && play_account(&c->play, CODE_SUCCESS,
					CODE_ACCT_EXPIRED) == CODE_SUCCESS)
		complain(c, STACK_ACCOUNT, FINDING_WARNING,
		    "what other modules say of an account does not count "
		    "once pam_stssl.so has accepted it");
}

static void
check_stack(const struct check *c, const char *path)
{
	if (c->play.ours[STACK_AUTH] == NULL) {
		findings_add(c->findings, FINDING_ERROR, path, 0,
		    "no auth line with pam_stssl.so");
		return;
	}
	check_refusals(c);
	check_password(c);
	check_certificate(c);
	check_gates(&c->play, c->findings);
	check_account(c);
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
	if (asprintf(&path, "%s/%s", dir, service) < 0)
		output_no_memory();
	play_learn(&c.play, module_dir);
	report_missing(&c);
	check_stack(&c, path);
	free(path);
	stack_done(&c.play.stack);
	return 0;
}
