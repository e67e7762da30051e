/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How sshd calls the module: account without auth, auth in another process,
 * passwords before keys; and behind the helper.
 */
#include <config.h>
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ssh-stage.h"

/* Account follows auth, in sshd's own process or in one for PAM. */
static const struct {
	const char *user, *auth, *account; /* what sshd says then */
	bool is_asked;
	int code;
	const char *why;
} accounts[] = {
	{ "alice", MINE, MINE, true, PAM_SUCCESS, REASON("certificate") },
	{ "eve", "", "", true, PAM_SUCCESS, REASON("by-password") },
	{ "carol", MINE, MINE, true, PAM_SUCCESS, REASON("and-password") },
	/* After a login by key sshd does not call auth. */
	{ "alice", NULL, "", false, PAM_CRED_INSUFFICIENT, NONE_YET },
	{ "alice", NULL, MINE, false, PAM_SUCCESS, REASON("certificate") },
	{ "eve", NULL, "", false, PAM_PERM_DENIED, NO_PASSWORD },
	{ "eve", NULL, NOBODYS, false, PAM_CRED_INSUFFICIENT, NOT_HIS },
	{ "pat", NULL, "", false, PAM_PERM_DENIED, NO_PASSWORD },
	{ "pat", NULL, MINE PASSWORD, false, PAM_SUCCESS,
	    REASON("by-password") },
	/* It was another key. */
	{ "alice", MINE, NOBODYS, true, PAM_CRED_INSUFFICIENT, NOT_HIS },
	{ "alice", MINE, "", true, PAM_CRED_INSUFFICIENT, NONE_YET },
	{ "eve", MINE, ASKED, true, PAM_PERM_DENIED, REASON("changed") },
};

START_TEST(account_needs_a_password_that_was_asked_for)
{
	struct stage s;
	pam_handle_t *pamh;
	char *text;

	ssh_open(&s);
	pamh = ssh_pam(&s, accounts[_i].user, accounts[_i].auth);
	if (accounts[_i].is_asked)
		(void)pam_authenticate(pamh, 0);
	ck_assert_int_ge(
	    asprintf(&text, SSH_INFO "=%s", accounts[_i].account), 0);
	ck_assert_int_eq(pam_putenv(pamh, text), PAM_SUCCESS);
	free(text);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), accounts[_i].code);
	ck_assert_msg(
	    strstr(ssh_line, accounts[_i].why) != NULL, "%s", ssh_line);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* The client tried a password, which was wrong, and then came by key. */
START_TEST(a_password_that_was_wrong_is_no_proof_in_session)
{
	struct stage s;
	pam_handle_t *pamh;

	ssh_open(&s);
	pamh = ssh_pam(&s, "pat", NULL);
	ck_assert_int_eq(pam_authenticate(pamh, 0), IGNORED);
	(void)pam_putenv(pamh, SSH_INFO "=" MINE);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_PERM_DENIED);
	ck_assert_ptr_nonnull(strstr(ssh_line, NO_PASSWORD));
	pam_end(pamh, PAM_SUCCESS);
	/* And neither is a refusal of that attempt one of this login. */
	pamh = ssh_pam(&s, "alice", NULL);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_CRED_INSUFFICIENT);
	(void)pam_putenv(pamh, SSH_INFO "=" MINE);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(the_log_and_the_session_have_the_key)
{
	struct stage s;
	pam_handle_t *pamh;

	ssh_open(&s);
	pamh = ssh_pam(&s, "alice", MINE);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
	ck_assert_str_eq(ssh_line,
	    "session-open user=\"alice\" class=\"alice\" verdict=accept "
	    "reason=certificate tls=SSH verify=SUCCESS spki=" SSH_ED25519_SPKI);
	ck_assert_str_eq(pam_getenv(pamh, "SSL_PROTOCOL"), "SSH");
	ck_assert_str_eq(pam_getenv(pamh, "SSL_CLIENT_VERIFY"), "SUCCESS");
	ck_assert_str_eq(
	    pam_getenv(pamh, "SSL_CLIENT_SPKI_SHA256"), SSH_ED25519_SPKI);
	ck_assert_int_eq(pam_close_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	/* The key that was refused, not the first one. */
	pamh = ssh_pam(&s, "alice", MINE NOBODYS MINE_TOO);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_CRED_INSUFFICIENT);
	ck_assert_ptr_nonnull(strstr(ssh_line, "spki=" SSH_P384_SPKI));
	ck_assert_ptr_null(pam_getenv(pamh, "SSL_PROTOCOL"));
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* On loopback, where helpers are, and with each answer of theirs. */
static const struct {
	const char *user;
	struct fake_reply record;
	int session;
	const char *why, *tls;
} helpers[] = {
	{ "alice", STAGE_NONE, PAM_SUCCESS, REASON("certificate"), "SSH" },
	/* The record counts, and the key does not. */
	{ "otto", STAGE_CERTLESS, PAM_PERM_DENIED, NO_PASSWORD, "TLSv1.3" },
	{ "alice", STAGE_CERTLESS, PAM_CRED_INSUFFICIENT, NONE_YET, "TLSv1.3" },
	{ "cn", STAGE_GOOD("cn"), PAM_SUCCESS, REASON("certificate"),
	    "TLSv1.3" },
	{ "cn", STAGE_GOOD("bob"), PAM_CRED_INSUFFICIENT, NOT_HIS, "TLSv1.3" },
	{ "alice", { FAKE_CLOSE, NULL, 0 }, PAM_AUTHINFO_UNAVAIL,
	    REASON("helper"), NULL },
	{ "alice", FAKE_PACKET("STSSL_VERSION=2"), PAM_AUTHINFO_UNAVAIL,
	    REASON("helper"), NULL },
	{ "alice", FAKE_PACKET(STAGE_V "STSSL_RESULT=ambiguous"),
	    PAM_AUTHINFO_UNAVAIL, REASON("helper"), NULL },
};

START_TEST(behind_the_helper_its_record_counts)
{
	const struct fake_script script = { helpers[_i].record, STAGE_DONE };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, "");
	ssh_write(&s);
	pamh = ssh_pam(&s, helpers[_i].user, MINE);
	ck_assert_int_eq(pam_open_session(pamh, 0), helpers[_i].session);
	ck_assert_uint_eq(s.fake.seen->queries, 1);
	ck_assert_msg(
	    strstr(ssh_line, helpers[_i].why) != NULL, "%s", ssh_line);
	if (helpers[_i].tls != NULL)
		ck_assert_ptr_nonnull(strstr(ssh_line, helpers[_i].tls));
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* A helper that does not run has no session. */
START_TEST(sshd_does_without_a_helper_that_does_not_run)
{
	struct stage s;
	pam_handle_t *pamh;

	ssh_open(&s);
	s.connection_fd = stage_connect();
	pamh = ssh_pam(&s, "alice", MINE);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	pamh = ssh_pam(&s, "alice", "");
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_CRED_INSUFFICIENT);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ account_needs_a_password_that_was_asked_for, ROWS(accounts) },
		{ a_password_that_was_wrong_is_no_proof_in_session, 0 },
		{ the_log_and_the_session_have_the_key, 0 },
		{ behind_the_helper_its_record_counts, ROWS(helpers) },
		{ sshd_does_without_a_helper_that_does_not_run, 0 },
	};

	return test_main("sshd", cases, ROWS(cases));
}
