/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whole logins through libpam: the stacks that are shipped, with password
 * modules that always say yes or always no, and stacks written wrongly.
 */
#include <config.h>
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/module-stage.h"

/* As in etc/pam.d; pam_permit stands for pam_listfile and pam_shells. */
#define GATE                            \
	"auth required pam_permit.so\n" \
	"auth [success=done ignore=ignore default=die] %M\n"
#define REST "account required %M\naccount required pam_permit.so\n"

static const char *const stacks[] = {
	GATE "@include %D/common-auth\n" REST,
	GATE "auth include %D/password-auth\n" REST,
	GATE "auth substack %D/password-auth\n" REST,
};

/* The password is right, or it is wrong. */
static const char *const passwords[] = { "pam_permit.so", "pam_deny.so" };

static const struct {
	const char *user;
	struct fake_reply record;
	int good, bad, account; /* with a good password, with a bad one */
} outcomes[] = {
	{ "alice", STAGE_GOOD("alice"), PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS },
	{ "open", STAGE_GOOD("alice"), PAM_SUCCESS, PAM_AUTH_ERR, PAM_SUCCESS },
	{ "carol", STAGE_GOOD("carol"), PAM_SUCCESS, PAM_AUTH_ERR,
	    PAM_SUCCESS },
	{ "alice", STAGE_NONE, PAM_PERM_DENIED, PAM_PERM_DENIED,
	    PAM_PERM_DENIED },
	{ "bob", STAGE_GOOD("alice"), PAM_CRED_INSUFFICIENT,
	    PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT },
	{ "open", { FAKE_CLOSE, NULL, 0 }, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL },
	{ " ", STAGE_GOOD("alice"), PAM_USER_UNKNOWN, PAM_USER_UNKNOWN,
	    PAM_USER_UNKNOWN },
};

static void
write_includes(struct stage *s, const char *password)
{
	char text[256];

	snprintf(text, sizeof text,
	    "auth [success=1 default=ignore] %s\n"
	    "auth requisite pam_deny.so\n"
	    "auth required pam_permit.so\n",
	    password);
	stage_write(s, "common-auth", text);
	snprintf(text, sizeof text,
	    "auth sufficient %s\n"
	    "auth required pam_deny.so\n",
	    password);
	stage_write(s, "password-auth", text);
}

/* Row: outcome, then stack, then password. */
#define MATRIX (ROWS(outcomes) * ROWS(stacks) * ROWS(passwords))

START_TEST(shipped_stack_does_as_documented)
{
	size_t row = (size_t)_i / ROWS(passwords), bad = (size_t)_i % 2;
	size_t stack = row % ROWS(stacks), o = row / ROWS(stacks);
	const struct fake_script script = { outcomes[o].record, STAGE_DONE };
	int expect = bad ? outcomes[o].bad : outcomes[o].good;
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	write_includes(&s, passwords[bad]);
	stage_write(&s, "vsftpd", stacks[stack]);
	pamh = stage_pam(&s, "vsftpd", outcomes[o].user);
	ck_assert_int_eq(pam_authenticate(pamh, 0), expect);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), outcomes[o].account);
	if (expect == PAM_SUCCESS)
		ck_assert_int_eq(
		    pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	pam_end(pamh, expect);
	stage_close(&s);
}
END_TEST

static const struct {
	const char *auth;
	const char *user;
	int expect;
} wrong_stacks[] = {
	/* The password module lets in whom we refused. */
	{ "auth sufficient %M\nauth required pam_permit.so\n", "bob",
	    PAM_CRED_INSUFFICIENT },
	{ "auth optional %M\nauth required pam_permit.so\n", "bob",
	    PAM_CRED_INSUFFICIENT },
	/* Nothing asks for the password. */
	{ "auth required pam_permit.so\nauth sufficient %M\n", "bob",
	    PAM_CRED_INSUFFICIENT },
};

START_TEST(account_refuses_what_a_wrong_stack_let_in)
{
	const struct fake_script script = { STAGE_GOOD("alice"), STAGE_DONE };
	char text[256];
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	snprintf(text, sizeof text, "%s%s", wrong_stacks[_i].auth, REST);
	stage_write(&s, "vsftpd", text);
	pamh = stage_pam(&s, "vsftpd", wrong_stacks[_i].user);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), wrong_stacks[_i].expect);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* An IGNORE here would make the pam_deny behind us count: PAM_CRED_ERR. */
START_TEST(setcred_succeeds_before_pam_deny)
{
	const struct fake_script script = { STAGE_GOOD("alice"), STAGE_DONE };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	stage_write(&s, "vsftpd",
	    "auth [success=done ignore=ignore default=die] %M\n"
	    "auth required pam_deny.so\n" REST);
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(another_user_on_the_same_handle_is_decided_anew)
{
	const struct fake_script script = { STAGE_GOOD("alice"), STAGE_DONE };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	write_includes(&s, passwords[1]);
	stage_write(&s, "vsftpd", stacks[0]);
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_set_item(pamh, PAM_USER, "open"), PAM_SUCCESS);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	ck_assert_int_eq(pam_set_item(pamh, PAM_USER, "bob"), PAM_SUCCESS);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_CRED_INSUFFICIENT);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_CRED_INSUFFICIENT);
	ck_assert_int_eq(pam_set_item(pamh, PAM_USER, "alice"), PAM_SUCCESS);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

static const struct {
	const char *argument;
	struct fake_reply record;
	const char *expect;
} rhosts[] = {
	{ "", STAGE_GOOD("alice"), "203.0.113.9" },
	{ "rhost=set", STAGE_GOOD("alice"), "203.0.113.9" },
	{ "rhost=keep", STAGE_GOOD("alice"), "192.0.2.99" },
	{ "debug", STAGE_NONE, "192.0.2.99" },
	/* Set for a refused one too: pam_faillock wants to know. */
	{ "", STAGE_EXPIRED, "203.0.113.9" },
};

START_TEST(rhost_is_the_client)
{
	const struct fake_script script = { rhosts[_i].record, STAGE_DONE };
	const void *rhost = NULL;
	char text[256];
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	snprintf(
	    text, sizeof text, "auth required %%M %s\n", rhosts[_i].argument);
	stage_write(&s, "vsftpd", text);
	pamh = stage_pam(&s, "vsftpd", "alice");
	pam_set_item(pamh, PAM_RHOST, "192.0.2.99");
	(void)pam_authenticate(pamh, 0);
	ck_assert_int_eq(pam_get_item(pamh, PAM_RHOST, &rhost), PAM_SUCCESS);
	ck_assert_str_eq(rhost, rhosts[_i].expect);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(session_knows_the_record)
{
	const struct fake_script script = { STAGE_GOOD("alice"), STAGE_DONE };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	stage_write(&s, "vsftpd", "session required %M\n");
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
	ck_assert_str_eq(pam_getenv(pamh, "SSL_PROTOCOL"), "TLSv1.3");
	ck_assert_str_eq(
	    pam_getenv(pamh, "SSL_CLIENT_S_DN"), "CN=alice,O=Acme");
	ck_assert_str_eq(pam_getenv(pamh, "REMOTE_ADDR"), "203.0.113.9");
	ck_assert_ptr_null(pam_getenv(pamh, "STSSL_RESULT"));
	ck_assert_ptr_null(pam_getenv(pamh, "STSSL_VERSION"));
	/* Nobody decides anything here. */
	ck_assert_uint_eq(s.fake.seen->verdicts, 0);
	ck_assert_int_eq(pam_close_session(pamh, 0), PAM_SUCCESS);
	ck_assert_uint_eq(s.fake.seen->queries, 1);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(session_without_record_has_none)
{
	const struct fake_script script = { STAGE_NONE, STAGE_DONE };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	stage_write(&s, "vsftpd", "session required %M\n");
	pamh = stage_pam(&s, "vsftpd", "open");
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
	ck_assert_ptr_null(pam_getenv(pamh, "REMOTE_ADDR"));
	unlink(s.fake.path);
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SESSION_ERR);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(password_change_is_left_to_others)
{
	const struct fake_script script = { STAGE_NONE, STAGE_DONE };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	stage_write(&s, "vsftpd",
	    "password required %M\npassword required pam_permit.so\n");
	pamh = stage_pam(&s, "vsftpd", "open");
	ck_assert_int_eq(pam_chauthtok(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ shipped_stack_does_as_documented, MATRIX },
		{ account_refuses_what_a_wrong_stack_let_in,
		    ROWS(wrong_stacks) },
		{ setcred_succeeds_before_pam_deny, 0 },
		{ another_user_on_the_same_handle_is_decided_anew, 0 },
		{ rhost_is_the_client, ROWS(rhosts) },
		{ session_knows_the_record, 0 },
		{ session_without_record_has_none, 0 },
		{ password_change_is_left_to_others, 0 },
	};

	return test_main("stack", cases, ROWS(cases));
}
