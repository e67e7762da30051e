/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module in sshd's stack: the keys of SSH_AUTH_INFO_0, which sshd has put
 * into PAM's environment, are judged as certificates are.
 */
#include <config.h>
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ssh-stage.h"

/* sshd calls `session` after the methods of `info`, and `auth` before. */
static const struct {
	const char *user, *info;
	int auth, session;
	const char *why; /* of the session */
} rows[] = {
	/* the certificate is enough */
	{ "alice", MINE, PAM_SUCCESS, PAM_SUCCESS, REASON("certificate") },
	{ "alice", MINE_TOO, PAM_SUCCESS, PAM_SUCCESS, REASON("certificate") },
	{ "alice", KEY(SSH_ED25519_CERT), PAM_SUCCESS, PAM_SUCCESS,
	    REASON("certificate") },
	{ "bob", BOBS, PAM_SUCCESS, PAM_SUCCESS, REASON("certificate") },
	{ "alice", NOBODYS, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NOT_HIS },
	{ "alice", BOBS, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NOT_HIS },
	{ "bob", MINE, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT, NOT_HIS },
	/* no key */
	{ "alice", NULL, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NONE_YET },
	{ "alice", "", PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT, NONE_YET },
	{ "alice", PASSWORD, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NONE_YET },
	{ "alice", ASKED, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NONE_YET },
	/* several: each has to be the user's */
	{ "alice", MINE MINE_TOO, PAM_SUCCESS, PAM_SUCCESS,
	    REASON("certificate") },
	{ "alice", MINE NOBODYS, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NOT_HIS },
	{ "alice", NOBODYS MINE, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NOT_HIS },
	{ "alice", MINE ASKED BOBS, PAM_CRED_INSUFFICIENT,
	    PAM_CRED_INSUFFICIENT, NOT_HIS },
	{ "lax", NOBODYS MINE ASKED, IGNORED, PAM_SUCCESS,
	    REASON("by-password") },
	{ "lax", MINE NOBODYS ASKED, IGNORED, PAM_SUCCESS,
	    REASON("by-password") },
	{ "lax", MINE NOBODYS, IGNORED, PAM_PERM_DENIED, NO_PASSWORD },
	/* a class that does not take SSH for TLS */
	{ "nora", MINE, PAM_PERM_DENIED, PAM_PERM_DENIED,
	    REASON("tls-required") },
	{ "nora", "", PAM_PERM_DENIED, PAM_PERM_DENIED,
	    REASON("tls-required") },
	{ "otto", MINE, PAM_SUCCESS, PAM_SUCCESS, REASON("certificate") },
	/* the password: a key that sshd likes is none */
	{ "eve", MINE, PAM_SUCCESS, PAM_SUCCESS, REASON("certificate") },
	{ "eve", NOBODYS, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NOT_HIS },
	{ "eve", "", IGNORED, PAM_PERM_DENIED, NO_PASSWORD },
	{ "eve", ASKED, IGNORED, PAM_SUCCESS, REASON("by-password") },
	{ "eve", PASSWORD, IGNORED, PAM_SUCCESS, REASON("by-password") },
	{ "otto", NOBODYS, IGNORED, PAM_PERM_DENIED, NO_PASSWORD },
	{ "pat", MINE, IGNORED, PAM_PERM_DENIED, NO_PASSWORD },
	{ "pat", MINE ASKED, IGNORED, PAM_SUCCESS, REASON("by-password") },
	{ "pat", PASSWORD, IGNORED, PAM_SUCCESS, REASON("by-password") },
	/* both */
	{ "carol", MINE, IGNORED, PAM_PERM_DENIED, NO_PASSWORD },
	{ "carol", MINE ASKED, IGNORED, PAM_SUCCESS, REASON("and-password") },
	{ "carol", NOBODYS ASKED, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NOT_HIS },
	{ "carol", ASKED, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    NONE_YET },
	/* nobody's */
	{ "zoe", MINE, PAM_PERM_DENIED, PAM_PERM_DENIED, REASON("no-class") },
	/* without a connection there is no address */
	{ "remy", MINE, PAM_PERM_DENIED, PAM_PERM_DENIED, REASON("no-class") },
};

START_TEST(keys_are_judged_as_certificates_are)
{
	struct stage s;
	pam_handle_t *pamh;

	ssh_open(&s);
	pamh = ssh_pam(&s, rows[_i].user, rows[_i].info);
	ck_assert_int_eq(pam_authenticate(pamh, 0), rows[_i].auth);
	ck_assert_ptr_nonnull(strstr(ssh_line, "login "));
	pam_end(pamh, PAM_SUCCESS);
	/* Auth was in another process, or was not at all. */
	pamh = ssh_pam(&s, rows[_i].user, rows[_i].info);
	ck_assert_int_eq(pam_open_session(pamh, 0), rows[_i].session);
	ck_assert_ptr_nonnull(strstr(ssh_line, "session-open "));
	ck_assert_msg(strstr(ssh_line, rows[_i].why) != NULL, "%s", ssh_line);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

#define KEYS_8 MINE MINE MINE MINE MINE MINE MINE MINE

/* Even those are refused who need neither key nor TLS. */
static const struct {
	const char *info, *error;
} malformed[] = {
	{ "publickey", "malformed" },
	{ "publickey\n", "malformed" },
	{ "publickey \n", "malformed" },
	{ "publickey " SSH_ED25519, "malformed" },
	{ MINE "publickey", "malformed" },
	{ "\n" PASSWORD, "malformed" },
	{ PASSWORD "\n", "malformed" },
	{ " " PASSWORD, "malformed" },
	{ "password \n", "malformed" },
	{ "password " SSH_ED25519 "\n", "malformed" },
	{ KEY(SSH_ED25519 " comment"), "malformed" },
	{ KEY(" " SSH_ED25519), "malformed" },
	{ MINE KEY("ssh-ed25519 AAAA"), "malformed" },
	{ PASSWORD KEY(SSH_ED25519_HOST_CERT), "malformed" },
	{ KEY("ssh-dss AAAAB3NzaC1kc3M="), "does not count" },
	{ KEY("sk-ssh-ed25519@openssh.com AAAA"), "does not count" },
	{ "hostbased " SSH_ED25519 "\n", "does not count" },
	{ PASSWORD "hostbased\n", "does not count" },
	{ "gssapi-with-mic pat@EXAMPLE\n", "does not count" },
	{ "none\n", "does not count" },
	{ "Publickey " SSH_ED25519 "\n", "does not count" },
	{ "publickey/x " SSH_ED25519 "\n", "does not count" },
	{ "keyboard-interactive\n", "does not count" },
	{ "keyboard-interactive/bsdauth\n", "does not count" },
	{ KEYS_8 MINE, "too long" },
};

START_TEST(what_sshd_does_not_write_is_refused)
{
	char *info;
	struct stage s;
	pam_handle_t *pamh;
	int r = PAM_AUTHINFO_UNAVAIL;

	ssh_open(&s);
	ck_assert_int_ge(asprintf(&info, PASSWORD "%s", malformed[_i].info), 0);
	for (size_t i = 0; i < 2; i++) {
		pamh = ssh_pam(&s, "pat", i == 0 ? malformed[_i].info : info);
		ck_assert_int_eq(pam_authenticate(pamh, 0), r);
		ck_assert_int_eq(pam_acct_mgmt(pamh, 0), r);
		ck_assert_int_eq(pam_open_session(pamh, 0), r);
		ck_assert_ptr_nonnull(strstr(ssh_line, REASON("ssh-info")));
		ck_assert_ptr_nonnull(
		    strstr(ssh_line, "error=\"" SSH_INFO ": "));
		ck_assert_ptr_nonnull(strstr(ssh_line, malformed[_i].error));
		pam_end(pamh, PAM_SUCCESS);
	}
	free(info);
	stage_close(&s);
}
END_TEST

START_TEST(what_is_too_long_is_refused)
{
	char *info = malloc(SSH_INFO_MAX + 2);
	struct stage s;
	pam_handle_t *pamh;

	ck_assert_ptr_nonnull(info);
	for (size_t i = 0; i < SSH_INFO_MAX; i += 8)
		memcpy(info + i, "password\n", 9);
	for (size_t i = 0; i <= SSH_INFO_MAX; i++)
		info[i] = PASSWORD[i % 9];
	info[SSH_INFO_MAX + 1] = '\0';
	ssh_open(&s);
	pamh = ssh_pam(&s, "pat", info);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_AUTHINFO_UNAVAIL);
	pam_end(pamh, PAM_SUCCESS);
	/* A whole number of lines below the bound. */
	info[SSH_INFO_MAX / 9 * 9] = '\0';
	pamh = ssh_pam(&s, "pat", info);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	free(info);
	stage_close(&s);
}
END_TEST

START_TEST(without_the_option_the_environment_is_not_believed)
{
	struct stage s;
	pam_handle_t *pamh;

	ssh_open(&s);
	stage_write(&s, "sshd",
	    "auth [success=done ignore=ignore default=die] %M\n"
	    "auth required pam_deny.so\n"
	    "account required %M\n"
	    "session required %M\n");
	pamh = ssh_pam(&s, "alice", MINE);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_PERM_DENIED);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_PERM_DENIED);
	pam_end(pamh, PAM_SUCCESS);
	pamh = ssh_pam(&s, "otto", MINE);
	ck_assert_int_eq(pam_authenticate(pamh, 0), IGNORED);
	ck_assert_ptr_nonnull(strstr(ssh_line, "reason=by-password"));
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ keys_are_judged_as_certificates_are, ROWS(rows) },
		{ what_sshd_does_not_write_is_refused, ROWS(malformed) },
		{ what_is_too_long_is_refused, 0 },
		{ without_the_option_the_environment_is_not_believed, 0 },
	};

	return test_main("ssh", cases, ROWS(cases));
}
