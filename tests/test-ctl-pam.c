/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl check --pam: every trap that a stack can have, and the stacks that
 * are as they should be, in tests/pam.d.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stsslctl/check.h"
#include "stsslctl/findings.h"

/* All that there is but pam_nosuch.so; their contents do not matter. */
static const char *const modules[] = { "pam_stssl.so", "pam_unix.so",
	"pam_sss.so", "pam_own.so", "pam_env.so", "pam_shells.so",
	"pam_listfile.so", "pam_faillock.so", "pam_faildelay.so", "pam_cap.so",
	"pam_permit.so", "pam_deny.so", "pam_usertype.so", "pam_loginuid.so",
	"pam_localuser.so", "pam_access.so", "pam_debug.so", "pam_exec.so",
	"pam_faillog.so", "pam_geoip.so", "pam_google_authenticator.so",
	"pam_group.so", "pam_issue.so", "pam_keyinit.so", "pam_mail.so",
	"pam_nologin.so", "pam_rootok.so", "pam_securetty.so",
	"pam_sepermit.so", "pam_succeed_if.so", "pam_tmpdir.so", "pam_warn.so",
	"pam_limits.so", "pam_motd.so", "pam_selinux.so" };

#define FINDINGS 3

#define LEAVES   "the stack leaves to the password whom pam_stssl.so refuses"
#define LETS_IN  "the stack lets in without any proof whom pam_stssl.so refuses"
#define IS_OPEN  "the stack is open: without a good password"
#define GOOD_NOT "the stack refuses good passwords"
#define CERT_NOT "a certificate that pam_stssl.so accepts does not log in"

/* Line and beginning of each finding, in order. */
static const struct {
	const char *service;
	struct {
		int line;
		const char *text;
	} findings[FINDINGS];
} stacks[] = {
	/* Those that are shipped. */
	{ "sshd.debian", { { 0 } } },
	{ "vsftpd.debian", { { 0 } } },
	{ "vsftpd.rhel", { { 0 } } },
	{ "vsftpd.plain", { { 0 } } },
	{ "good-debian", { { 0 } } },
	{ "good-debian-sss", { { 0 } } },
	{ "good-jump", { { 0 } } },
	{ "good-plain", { { 0 } } },
	{ "good-rhel-include", { { 0 } } },
	{ "good-rhel-substack", { { 0 } } },
	{ "good-rhel9", { { 0 } } },
	{ "good-unknown-password-module", { { 0 } } },
	{ "good-harmless-in-front", { { 0 } } },
	{ "good-stranger-in-front", { { 0 } } },
	{ "good-faillock", { { 0 } } },
	{ "good-faillock-twice", { { 0 } } },
	{ "good-choose-who-is-asked", { { 0 } } },
	{ "trap-sufficient", { { 1, LEAVES " (PAM_PERM_DENIED)" } } },
	{ "trap-optional", { { 1, LEAVES }, { 1, CERT_NOT } } },
	{ "trap-unavail-ignored", { { 2, LEAVES " (PAM_AUTHINFO_UNAVAIL)" } } },
	{ "trap-sufficient-shells", { { 3, LETS_IN }, { 3, IS_OPEN } } },
	{ "trap-ignore-after-permit", { { 2, IS_OPEN } } },
	{ "trap-no-deny-at-end", { { 2, IS_OPEN } } },
	{ "trap-only-ours", { { 2, GOOD_NOT } } },
	{ "trap-ignore-is-ok", { { 2, GOOD_NOT } } },
	{ "trap-deny-after-substack", { { 1, GOOD_NOT } } },
	{ "trap-jump-too-far", { { 1, CERT_NOT } } },
	{ "trap-jump-without-permit", { { 1, GOOD_NOT }, { 1, CERT_NOT } } },
	{ "trap-required", { { 2, CERT_NOT } } },
	{ "trap-setcred-deny",
	    { { 2,
		"pam_setcred fails after a good password (PAM_CRED_ERR)" } } },
	{ "trap-ssh-no-session",
	    { { 2, "no session line with pam_stssl.so ssh: nothing" } } },
	{ "trap-ssh-session-optional",
	    { { 5, "the session opens for keys that pam_stssl.so refuses" } } },
	{ "trap-ssh-environment", { { 5, "pam_env.so can set SSH_AUTH" } } },
	{ "trap-ssh-half", { { 2, "no account line with pam_stssl.so" },
			       { 2, "pam_stssl.so without ssh, but" } } },
	{ "trap-gates-behind",
	    { { 2, "pam_shells.so is not asked about" },
		{ 3, "pam_listfile.so is not asked about" },
		{ 4, "pam_faillock.so is not asked about" } } },
	{ "trap-faillock-without-preauth",
	    { { 5, "pam_faillock.so is not asked about logins by certificate: "
		   "put one with preauth before pam_stssl.so" } } },
	{ "trap-gate-behind-include",
	    { { 4, "pam_shells.so is not asked about logins by certificate: "
		   "put it before pam_stssl.so" } } },
	{ "trap-gate-behind-jump",
	    { { 3, "pam_shells.so is not asked about" } } },
	{ "trap-gate-with-other-arguments",
	    { { 3, "pam_listfile.so is not asked about" },
		{ 4, "pam_exec.so is not asked about" } } },
	{ "trap-second-factor-in-front", { { 2, CERT_NOT } } },
	{ "trap-exec-asks-in-front", { { 2, CERT_NOT } } },
	{ "trap-no-account", { { 1, "no account line with pam_stssl.so" } } },
	{ "trap-account-optional",
	    { { 3, "account lets in whom pam_stssl.so refuses" } } },
	{ "trap-account-sufficient",
	    { { 3, "account lets in whom pam_stssl.so refuses" },
		{ 3, "what other modules say of an account does not" } } },
	{ "trap-missing-module",
	    { { 2, "module \"pam_nosuch.so\" is missing" }, { 1, GOOD_NOT } } },
	{ "trap-missing-include",
	    { { 2, "cannot include \"nosuch\"" }, { 1, GOOD_NOT } } },
	{ "trap-bad-control",
	    { { 1, "bad control field \"success=done ignore=ingore" },
		{ 1, GOOD_NOT }, { 1, CERT_NOT } } },
	{ "trap-bad-type", { { 2, "bad type \"auht\"" }, { 1, GOOD_NOT } } },
	{ "trap-loop", { { 2, "cannot include \"trap-loop\"" },
			   { 3, "cannot include \"trap-loop\"" },
			   { 1, "more lines than are looked at" } } },
	{ "trap-continued-end",
	    { { 2, "the file ends in a line to be continued" } } },
	{ "trap-unknown-option",
	    { { 2, "bad argument \"claszes=/etc/x\": pam_stssl.so refuses" },
		{ 5, "bad argument \"classes=classes.conf\": pam_st" } } },
	/* Once, although each line names it. */
	{ "trap-no-such-classes", { { 0, "No such file or directory" } } },
	{ "trap-carriage-returns",
	    { { 3, "a carriage return: libpam takes it for a part of" } } },
	{ "trap-not-ours", { { 0, "no auth line with pam_stssl.so" } } },
};

static void
modules_make(char *dir)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (size_t i = 0; i < ROWS(modules); i++) {
		char path[128];

		snprintf(path, sizeof path, "%s/%s", dir, modules[i]);
		close(open(path, O_CREAT | O_WRONLY, 0644));
	}
}

static void
modules_remove(const char *dir)
{
	for (size_t i = 0; i < ROWS(modules); i++) {
		char path[128];

		snprintf(path, sizeof path, "%s/%s", dir, modules[i]);
		unlink(path);
	}
	rmdir(dir);
}

/*
 * Copies of all stacks: who owns the originals, and who can write to them, is
 * no matter of ours.
 */
static void
stacks_copy(char *dir)
{
	char command[512];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(command, sizeof command,
	    "cp \"$srcdir\"/tests/pam.d/* \"$srcdir\"/etc/pam.d/* %s && "
	    "chmod 644 %s/*",
	    dir, dir);
	ck_assert_int_eq(system(command), 0);
}

static void
stacks_remove(const char *dir)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
expect(const struct findings *f, int row)
{
	size_t n = 0;

	for (; n < FINDINGS && stacks[row].findings[n].text != NULL; n++) {
		const char *text = stacks[row].findings[n].text;
		const json_t *is = json_array_get(f->list, n);
		const char *found =
		    json_string_value(json_object_get(is, "text"));

		ck_assert_ptr_nonnull(found);
		ck_assert_msg(strncmp(found, text, strlen(text)) == 0, "%s: %s",
		    stacks[row].service, found);
		ck_assert_int_eq(
		    json_integer_value(json_object_get(is, "line")),
		    stacks[row].findings[n].line);
	}
	ck_assert_uint_eq(json_array_size(f->list), n);
}

START_TEST(stack_is_judged)
{
	char module_dir[] = "/tmp/stssl-pam-XXXXXX";
	char dir[] = "/tmp/stssl-pam-XXXXXX";
	struct findings findings;
	int r;

	stacks_copy(dir);
	modules_make(module_dir);
	findings_init(&findings);
	r = check_pam(dir, stacks[_i].service, module_dir, &findings);
	ck_assert(r == 0 || r == -EBADMSG || r == -E2BIG);
	expect(&findings, _i);
	findings_done(&findings);
	modules_remove(module_dir);
	stacks_remove(dir);
}
END_TEST

START_TEST(stack_that_others_can_write_to_is_told)
{
	char module_dir[] = "/tmp/stssl-pam-XXXXXX";
	char dir[] = "/tmp/stssl-pam-XXXXXX", path[64];
	struct findings findings;

	stacks_copy(dir);
	modules_make(module_dir);
	snprintf(path, sizeof path, "%s/common-auth", dir);
	ck_assert_int_eq(chmod(path, 0664), 0);
	findings_init(&findings);
	ck_assert_int_eq(
	    check_pam(dir, "good-debian", module_dir, &findings), 0);
	ck_assert_uint_eq(findings.count[FINDING_ERROR], 1);
	ck_assert_str_eq(json_string_value(json_object_get(
			     json_array_get(findings.list, 0), "file")),
	    path);
	findings_done(&findings);
	modules_remove(module_dir);
	stacks_remove(dir);
}
END_TEST

START_TEST(missing_service_is_an_error)
{
	struct findings findings;

	findings_init(&findings);
	ck_assert_int_eq(
	    check_pam("/nowhere", "vsftpd", NULL, &findings), -ENOENT);
	findings_done(&findings);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ stack_is_judged, ROWS(stacks) },
		{ stack_that_others_can_write_to_is_told, 0 },
		{ missing_service_is_an_error, 0 },
	};

	return test_main("ctl-pam", cases, ROWS(cases));
}
