/* SPDX-License-Identifier: BSD-2-Clause
 *
 * After a login by key, sshd calls account before it says which key it was,
 * and then session: the only phase that can refuse.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <string.h>

#include "stsslctl/play.h"

static bool
has_ssh(const struct stack_line *line)
{
	return line != NULL && stack_has_argument(line, "ssh");
}

/* It sets what users say, in ~/.pam_environment, unless it is told not to. */
static void
check_environment(const struct play *p, struct findings *findings)
{
	for (size_t i = 0; &p->stack.lines[i] != p->ours[STACK_SESSION]; i++) {
		const struct stack_line *l = &p->stack.lines[i];

		if (l->phase == STACK_SESSION &&
		    strcmp(stack_module_name(l), "pam_env.so") == 0)
			findings_add(findings, FINDING_ERROR, l->file, l->line,
			    "pam_env.so can set SSH_AUTH_INFO_0: put it behind "
			    "pam_stssl.so");
	}
}

void
check_ssh(const struct play *p, struct findings *findings)
{
	const struct stack_line *auth = p->ours[STACK_AUTH];
	const struct stack_line *session = p->ours[STACK_SESSION];

	if (!has_ssh(auth) && !has_ssh(session))
		return;
	if (!has_ssh(session)) {
		findings_add(findings, FINDING_ERROR, auth->file, auth->line,
		    "no session line with pam_stssl.so ssh: nothing decides "
		    "about a key after which sshd asks for nothing else");
		return;
	}
	if (play_session(p, CODE_PERM_DENIED) == CODE_SUCCESS)
		findings_add(findings, FINDING_ERROR, session->file,
		    session->line,
		    "the session opens for keys that pam_stssl.so refuses");
	if (!has_ssh(auth))
		findings_add(findings, FINDING_WARNING, auth->file, auth->line,
		    "pam_stssl.so without ssh, but the session line has it");
	check_environment(p, findings);
}
