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

/* No known name is longer. */
#define NAME_SIZE 64

/*
 * What modules do in `auth`, from their man pages; names are those between
 * "pam_" and ".so".  A row with an argument is for lines that have it.  The
 * first row that fits counts.
 */
static const struct {
	enum module_kind kind;
	const char *argument;
	const char *names; /* each between blanks */
} modules[] = {
	{ MODULE_OURS, NULL, " stssl " },
	{ MODULE_PERMIT, NULL, " permit " },
	{ MODULE_DENY, NULL, " deny " },
	{ MODULE_PASSWORD, "expose_authtok", " exec " },
	{ MODULE_BESIDE, "authfail", " faillock " },
	{ MODULE_GATE, NULL,
	    " abl access alreadyloggedin debug exec faillock geoip "
	    "listfile localuser login_access nologin rhosts rootok "
	    "securetty sepermit shells shield slurm slurm_adopt stress "
	    "succeed_if tally tally2 time timestamp usertype wheel " },
	{ MODULE_BESIDE, NULL,
	    " afs_session apparmor canonicalize_user cap cgfs cgroup "
	    "chroot ck_connector echo ecryptfs elogind env faildelay "
	    "faillog filter gnome_keyring group issue keyinit kwallet5 "
	    "lastlog lastlog2 limits loginuid mail mkhomedir mklocaluser "
	    "motd mount namespace net oddjob_mkhomedir passwdqc "
	    "pwhistory pwquality selinux setquota snapper systemd tmpdir "
	    "tty_audit umask warn wtmpdb xauth " },
	{ MODULE_PASSWORD, NULL,
	    " barada biometric ccreds duo fprintd ftp "
	    "google_authenticator heimdal krb5 ldap mysql oath otpw p11 "
	    "pgsql pkcs11 poldi pwdfile radius_auth ssh_agent_auth sss "
	    "sss_gss systemd_home tacplus u2f unix unix2 userdb winbind "
	    "yubico " },
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

/* " NAME " of pam_NAME.so, to be looked for; false for another name. */
static bool
search_word(const char *module, char ret[static NAME_SIZE])
{
	size_t len = strlen(module);

	if (len <= strlen("pam_.so") || len >= NAME_SIZE ||
	    strncmp(module, "pam_", 4) != 0 || strchr(module, ' ') != NULL ||
	    strcmp(module + len - 3, ".so") != 0)
		return false;
	(void)snprintf(ret, NAME_SIZE, " %.*s ", (int)len - 7, module + 4);
	return true;
}

enum module_kind
module_kind(const struct stack_line *line)
{
	char word[NAME_SIZE];

	if (!search_word(stack_module_name(line), word))
		return MODULE_STRANGE;
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
		if (strstr(modules[i].names, word) != NULL &&
		    (modules[i].argument == NULL ||
			stack_has_argument(line, modules[i].argument)))
			return modules[i].kind;
	return MODULE_STRANGE;
}

/* Can one of the files that match the pattern be read? */
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
	char *path = output_format("%s/%s", dir, module);
	bool is = pattern ? found(path) : access(path, R_OK) == 0;

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
