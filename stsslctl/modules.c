/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of the usual modules, and where they are.
 */
#include <config.h>
#include "stsslctl/modules.h"

#include <glob.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stsslctl/output.h"

static const struct {
	const char *name;
	enum module_kind kind;
} modules[] = {
	{ "pam_stssl.so", MODULE_OURS },
	{ "pam_permit.so", MODULE_PERMIT },
	{ "pam_deny.so", MODULE_DENY },
	{ "pam_access.so", MODULE_GATE },
	{ "pam_faillock.so", MODULE_GATE },
	{ "pam_listfile.so", MODULE_GATE },
	{ "pam_localuser.so", MODULE_GATE },
	{ "pam_nologin.so", MODULE_GATE },
	{ "pam_securetty.so", MODULE_GATE },
	{ "pam_sepermit.so", MODULE_GATE },
	{ "pam_shells.so", MODULE_GATE },
	{ "pam_succeed_if.so", MODULE_GATE },
	{ "pam_tally.so", MODULE_GATE },
	{ "pam_tally2.so", MODULE_GATE },
	{ "pam_time.so", MODULE_GATE },
	{ "pam_usertype.so", MODULE_GATE },
	{ "pam_wheel.so", MODULE_GATE },
	{ "pam_cap.so", MODULE_BESIDE },
	{ "pam_echo.so", MODULE_BESIDE },
	{ "pam_ecryptfs.so", MODULE_BESIDE },
	{ "pam_env.so", MODULE_BESIDE },
	{ "pam_faildelay.so", MODULE_BESIDE },
	{ "pam_gnome_keyring.so", MODULE_BESIDE },
	{ "pam_group.so", MODULE_BESIDE },
	{ "pam_issue.so", MODULE_BESIDE },
	{ "pam_keyinit.so", MODULE_BESIDE },
	{ "pam_lastlog.so", MODULE_BESIDE },
	{ "pam_limits.so", MODULE_BESIDE },
	{ "pam_loginuid.so", MODULE_BESIDE },
	{ "pam_mail.so", MODULE_BESIDE },
	{ "pam_mkhomedir.so", MODULE_BESIDE },
	{ "pam_motd.so", MODULE_BESIDE },
	{ "pam_mount.so", MODULE_BESIDE },
	{ "pam_namespace.so", MODULE_BESIDE },
	{ "pam_selinux.so", MODULE_BESIDE },
	{ "pam_systemd.so", MODULE_BESIDE },
	{ "pam_umask.so", MODULE_BESIDE },
	{ "pam_warn.so", MODULE_BESIDE },
};

static const char *const directories[] = {
	STSSL_PAM_DIR,
	"/lib/security",
	"/lib64/security",
	"/lib/*/security",
	"/usr/lib/security",
	"/usr/lib64/security",
	"/usr/lib/*/security",
};

enum module_kind
module_kind(const char *name)
{
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
		if (strcmp(name, modules[i].name) == 0)
			return modules[i].kind;
	return MODULE_PASSWORD;
}

/* True when one of the paths that the pattern makes can be read. */
static bool
found(const char *pattern)
{
	glob_t paths;
	bool any = false;

	if (glob(pattern, 0, NULL, &paths) != 0)
		return false;
	for (size_t i = 0; i < paths.gl_pathc; i++)
		any = any || access(paths.gl_pathv[i], R_OK) == 0;
	globfree(&paths);
	return any;
}

static bool
is_in(const char *dir, const char *module, bool pattern)
{
	char *path;
	bool is;

	if (asprintf(&path, "%s/%s", dir, module) < 0)
		output_no_memory();
	is = pattern ? found(path) : access(path, R_OK) == 0;
	free(path);
	return is;
}

bool
module_exists(const char *module, const char *dir)
{
	if (module[0] == '/')
		return access(module, R_OK) == 0;
	if (dir != NULL)
		return is_in(dir, module, false);
	/* A name with such characters would be a pattern itself. */
	if (strpbrk(module, "*?[\\") != NULL)
		return false;
	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
		if (is_in(directories[i], module, true))
			return true;
	return false;
}
