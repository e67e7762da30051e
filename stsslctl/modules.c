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

/*
 * What their man pages say of `auth`.  The first row counts whose argument, if
 * it has one, the line has too.
 */
static const struct {
	const char *name;
	enum module_kind kind;
	const char *argument;
} modules[] = {
	{ "pam_stssl.so", MODULE_OURS, NULL },
	{ "pam_permit.so", MODULE_PERMIT, NULL },
	{ "pam_deny.so", MODULE_DENY, NULL },
	{ "pam_exec.so", MODULE_PASSWORD, "expose_authtok" },
	{ "pam_faillock.so", MODULE_BESIDE, "authfail" },
	{ "pam_abl.so", MODULE_GATE, NULL },
	{ "pam_access.so", MODULE_GATE, NULL },
	{ "pam_alreadyloggedin.so", MODULE_GATE, NULL },
	{ "pam_debug.so", MODULE_GATE, NULL },
	{ "pam_exec.so", MODULE_GATE, NULL },
	{ "pam_faillock.so", MODULE_GATE, NULL },
	{ "pam_geoip.so", MODULE_GATE, NULL },
	{ "pam_listfile.so", MODULE_GATE, NULL },
	{ "pam_localuser.so", MODULE_GATE, NULL },
	{ "pam_login_access.so", MODULE_GATE, NULL },
	{ "pam_nologin.so", MODULE_GATE, NULL },
	{ "pam_rhosts.so", MODULE_GATE, NULL },
	{ "pam_rootok.so", MODULE_GATE, NULL },
	{ "pam_securetty.so", MODULE_GATE, NULL },
	{ "pam_sepermit.so", MODULE_GATE, NULL },
	{ "pam_shells.so", MODULE_GATE, NULL },
	{ "pam_shield.so", MODULE_GATE, NULL },
	{ "pam_slurm.so", MODULE_GATE, NULL },
	{ "pam_slurm_adopt.so", MODULE_GATE, NULL },
	{ "pam_stress.so", MODULE_GATE, NULL },
	{ "pam_succeed_if.so", MODULE_GATE, NULL },
	{ "pam_tally.so", MODULE_GATE, NULL },
	{ "pam_tally2.so", MODULE_GATE, NULL },
	{ "pam_time.so", MODULE_GATE, NULL },
	{ "pam_timestamp.so", MODULE_GATE, NULL },
	{ "pam_usertype.so", MODULE_GATE, NULL },
	{ "pam_wheel.so", MODULE_GATE, NULL },
	{ "pam_afs_session.so", MODULE_BESIDE, NULL },
	{ "pam_apparmor.so", MODULE_BESIDE, NULL },
	{ "pam_canonicalize_user.so", MODULE_BESIDE, NULL },
	{ "pam_cap.so", MODULE_BESIDE, NULL },
	{ "pam_cgfs.so", MODULE_BESIDE, NULL },
	{ "pam_cgroup.so", MODULE_BESIDE, NULL },
	{ "pam_chroot.so", MODULE_BESIDE, NULL },
	{ "pam_ck_connector.so", MODULE_BESIDE, NULL },
	{ "pam_echo.so", MODULE_BESIDE, NULL },
	{ "pam_ecryptfs.so", MODULE_BESIDE, NULL },
	{ "pam_elogind.so", MODULE_BESIDE, NULL },
	{ "pam_env.so", MODULE_BESIDE, NULL },
	{ "pam_faildelay.so", MODULE_BESIDE, NULL },
	{ "pam_faillog.so", MODULE_BESIDE, NULL },
	{ "pam_filter.so", MODULE_BESIDE, NULL },
	{ "pam_gnome_keyring.so", MODULE_BESIDE, NULL },
	{ "pam_group.so", MODULE_BESIDE, NULL },
	{ "pam_issue.so", MODULE_BESIDE, NULL },
	{ "pam_keyinit.so", MODULE_BESIDE, NULL },
	{ "pam_kwallet5.so", MODULE_BESIDE, NULL },
	{ "pam_lastlog.so", MODULE_BESIDE, NULL },
	{ "pam_lastlog2.so", MODULE_BESIDE, NULL },
	{ "pam_limits.so", MODULE_BESIDE, NULL },
	{ "pam_loginuid.so", MODULE_BESIDE, NULL },
	{ "pam_mail.so", MODULE_BESIDE, NULL },
	{ "pam_mkhomedir.so", MODULE_BESIDE, NULL },
	{ "pam_mklocaluser.so", MODULE_BESIDE, NULL },
	{ "pam_motd.so", MODULE_BESIDE, NULL },
	{ "pam_mount.so", MODULE_BESIDE, NULL },
	{ "pam_namespace.so", MODULE_BESIDE, NULL },
	{ "pam_net.so", MODULE_BESIDE, NULL },
	{ "pam_oddjob_mkhomedir.so", MODULE_BESIDE, NULL },
	{ "pam_passwdqc.so", MODULE_BESIDE, NULL },
	{ "pam_pwhistory.so", MODULE_BESIDE, NULL },
	{ "pam_pwquality.so", MODULE_BESIDE, NULL },
	{ "pam_selinux.so", MODULE_BESIDE, NULL },
	{ "pam_setquota.so", MODULE_BESIDE, NULL },
	{ "pam_snapper.so", MODULE_BESIDE, NULL },
	{ "pam_systemd.so", MODULE_BESIDE, NULL },
	{ "pam_tmpdir.so", MODULE_BESIDE, NULL },
	{ "pam_tty_audit.so", MODULE_BESIDE, NULL },
	{ "pam_umask.so", MODULE_BESIDE, NULL },
	{ "pam_warn.so", MODULE_BESIDE, NULL },
	{ "pam_wtmpdb.so", MODULE_BESIDE, NULL },
	{ "pam_xauth.so", MODULE_BESIDE, NULL },
	{ "pam_barada.so", MODULE_PASSWORD, NULL },
	{ "pam_biometric.so", MODULE_PASSWORD, NULL },
	{ "pam_ccreds.so", MODULE_PASSWORD, NULL },
	{ "pam_duo.so", MODULE_PASSWORD, NULL },
	{ "pam_fprintd.so", MODULE_PASSWORD, NULL },
	{ "pam_ftp.so", MODULE_PASSWORD, NULL },
	{ "pam_google_authenticator.so", MODULE_PASSWORD, NULL },
	{ "pam_heimdal.so", MODULE_PASSWORD, NULL },
	{ "pam_krb5.so", MODULE_PASSWORD, NULL },
	{ "pam_ldap.so", MODULE_PASSWORD, NULL },
	{ "pam_mysql.so", MODULE_PASSWORD, NULL },
	{ "pam_oath.so", MODULE_PASSWORD, NULL },
	{ "pam_otpw.so", MODULE_PASSWORD, NULL },
	{ "pam_p11.so", MODULE_PASSWORD, NULL },
	{ "pam_pgsql.so", MODULE_PASSWORD, NULL },
	{ "pam_pkcs11.so", MODULE_PASSWORD, NULL },
	{ "pam_poldi.so", MODULE_PASSWORD, NULL },
	{ "pam_pwdfile.so", MODULE_PASSWORD, NULL },
	{ "pam_radius_auth.so", MODULE_PASSWORD, NULL },
	{ "pam_ssh_agent_auth.so", MODULE_PASSWORD, NULL },
	{ "pam_sss.so", MODULE_PASSWORD, NULL },
	{ "pam_sss_gss.so", MODULE_PASSWORD, NULL },
	{ "pam_systemd_home.so", MODULE_PASSWORD, NULL },
	{ "pam_tacplus.so", MODULE_PASSWORD, NULL },
	{ "pam_u2f.so", MODULE_PASSWORD, NULL },
	{ "pam_unix.so", MODULE_PASSWORD, NULL },
	{ "pam_unix2.so", MODULE_PASSWORD, NULL },
	{ "pam_userdb.so", MODULE_PASSWORD, NULL },
	{ "pam_winbind.so", MODULE_PASSWORD, NULL },
	{ "pam_yubico.so", MODULE_PASSWORD, NULL },
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
module_kind(const struct stack_line *line)
{
	const char *name = stack_module_name(line);

	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
		if (strcmp(name, modules[i].name) == 0 &&
		    (modules[i].argument == NULL ||
			stack_has_argument(line, modules[i].argument)))
			return modules[i].kind;
	return MODULE_STRANGE;
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
