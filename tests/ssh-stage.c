/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/ssh-stage.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <security/pam_ext.h>

#include "tests/test.h"

char ssh_line[4096];

void
pam_syslog(const pam_handle_t *pamh, int level, const char *format, ...)
{
	va_list args;

	(void)pamh, (void)level;
	va_start(args, format);
	(void)vsnprintf(ssh_line, sizeof ssh_line, format, args);
	va_end(args);
}

/* Users are in the class of their name. */
static const char classes[] =
    "identities = \"%D\"\n"
    "class alice { user = { alice, bob } ssh = accept login = certificate }\n"
    "class eve { user = eve ssh = accept login = either }\n"
    "class carol { user = carol ssh = accept login = both }\n"
    "class pat { user = pat ssl = optional login = password }\n"
    "class nora { user = nora login = certificate }\n"
    "class otto { user = otto ssl = optional login = either }\n"
    "class lax { user = lax ssh = accept login = either\n"
    "    bad-certificate = password }\n"
    "class cn { user = cn login = certificate identity = cn }\n"
    "class remy { user = remy from = { 192.0.2.0/24 } ssl = optional }\n";

static const char mine[] =
    "spki-sha256:" SSH_ED25519_SPKI "\nspki-sha256:" SSH_RSA_SPKI "\n";

void
ssh_write(struct stage *s)
{
	static const char *const users[] = { "alice", "eve", "carol", "pat",
		"nora", "otto", "lax", "remy" };

	stage_write(s, "classes.conf", classes);
	for (size_t i = 0; i < ROWS(users); i++)
		stage_write(s, users[i], mine);
	stage_write(s, "bob", "spki-sha256:" SSH_P256_SPKI "\n");
	stage_write(s, "sshd",
	    "auth [success=done ignore=ignore default=die] %M ssh\n"
	    "auth required pam_deny.so\n"
	    "account required %M ssh\n"
	    "session required %M ssh\n");
}

void
ssh_open(struct stage *s)
{
	stage_open_alone(s, "");
	ssh_write(s);
}

pam_handle_t *
ssh_pam(struct stage *s, const char *user, const char *info)
{
	pam_handle_t *pamh = stage_pam(s, "sshd", user);
	char *text = NULL;

	if (info == NULL)
		return pamh;
	ck_assert_int_ge(asprintf(&text, SSH_INFO "=%s", info), 0);
	ck_assert_int_eq(pam_putenv(pamh, text), PAM_SUCCESS);
	free(text);
	return pamh;
}
