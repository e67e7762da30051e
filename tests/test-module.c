/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The exact PAM codes: what each entry point returns, and libpam hands on.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/module-stage.h"

/*
 * What pam_deny says in our place when we say PAM_IGNORE, which libpam hands to
 * nobody.  No code of ours is one of these.
 */
#define IGNORED          PAM_AUTH_ERR
#define IGNORED_PASSWORD PAM_AUTHTOK_ERR

static pam_handle_t *
start(struct stage *s, const char *user, const char *extra)
{
	static const char *const phases[] = { "auth", "account", "session",
		"password" };
	char text[1024] = "";
	size_t len = 0;

	for (size_t i = 0; i < ROWS(phases); i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s [success=done ignore=ignore default=die] %%M %s\n"
		    "%s required pam_deny.so\n",
		    phases[i], extra, phases[i]);
	stage_write(s, "vsftpd", text);
	return stage_pam(s, "vsftpd", user);
}

static int
authenticate(struct stage *s, const char *user)
{
	pam_handle_t *pamh = start(s, user, "");
	int r = pam_authenticate(pamh, 0);

	pam_end(pamh, r);
	return r;
}

static const struct fake_script alice = { STAGE_GOOD("alice"), STAGE_DONE };

static const struct {
	const char *user;
	struct fake_reply record;
	int auth, account;
	const char *report; /* class, verdict, reason; NULL: none is due */
} codes[] = {
#define SAID(class, verdict, reason, data)                                 \
	"STSSL_CLASS=" class "\nSTSSL_VERDICT=" verdict                    \
			     "\nSTSSL_REASON=" reason "\nSTSSL_DATA=" data \
			     "\n"
	{ "alice", STAGE_GOOD("alice"), PAM_SUCCESS, PAM_SUCCESS,
	    SAID("either", "accept", "certificate", "private") },
	{ "open", STAGE_GOOD("alice"), IGNORED, PAM_SUCCESS,
	    SAID("open", "password", "by-password", "any") },
	{ "open", STAGE_CLEAR, IGNORED, PAM_SUCCESS,
	    SAID("open", "password", "by-password", "any") },
	{ "open", STAGE_NONE, IGNORED, PAM_SUCCESS, NULL },
	{ "carol", STAGE_GOOD("carol"), IGNORED, PAM_SUCCESS,
	    SAID("both", "password", "and-password", "private") },
	{ "either", STAGE_CERTLESS, IGNORED, PAM_SUCCESS,
	    SAID("either", "password", "by-password", "private") },
	{ "alice", STAGE_CLEAR, PAM_PERM_DENIED, PAM_PERM_DENIED,
	    SAID("either", "refuse", "tls-required", "private") },
	{ "alice", STAGE_NONE, PAM_PERM_DENIED, PAM_PERM_DENIED, NULL },
	{ "nobody-s", STAGE_GOOD("alice"), PAM_PERM_DENIED, PAM_PERM_DENIED,
	    SAID("", "refuse", "no-class", "private") },
	{ "bob", STAGE_CERTLESS, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    SAID("certificate", "refuse", "no-certificate", "private") },
	{ "bob", STAGE_EXPIRED, PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    SAID("certificate", "refuse", "bad-certificate", "private") },
	{ "bob", STAGE_GOOD("alice"), PAM_CRED_INSUFFICIENT,
	    PAM_CRED_INSUFFICIENT,
	    SAID("certificate", "refuse", "not-this-user", "private") },
	{ "", STAGE_GOOD("alice"), PAM_USER_UNKNOWN, PAM_USER_UNKNOWN,
	    SAID("", "refuse", "bad-user", "private") },
	{ "a\nb", STAGE_GOOD("alice"), PAM_USER_UNKNOWN, PAM_USER_UNKNOWN,
	    SAID("", "refuse", "bad-user", "private") },
	/* What is no answer refuses even those who need none. */
	{ "open", FAKE_PACKET("STSSL_VERSION=1"), PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, NULL },
	{ "open", FAKE_PACKET("STSSL_VERSION=2"), PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, NULL },
	{ "open", { FAKE_SEND, STAGE_SESSION, sizeof STAGE_SESSION - 2 },
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, NULL },
	{ "open", { FAKE_CLOSE, NULL, 0 }, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, NULL },
	{ "open", FAKE_PACKET(STAGE_V "STSSL_RESULT=denied"),
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, NULL },
	{ "open", FAKE_PACKET(STAGE_V "STSSL_RESULT=ambiguous"),
	    PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, NULL },
};

/* The report, its strings as lines. */
static void
check_report(const struct fake_seen *seen, unsigned count, const char *expect)
{
	char text[FAKE_QUESTION + 1];

	ck_assert_uint_eq(seen->verdicts, expect == NULL ? 0 : count);
	if (expect == NULL)
		return;
	memcpy(text, seen->verdict, seen->verdict_len);
	for (size_t i = 0; i < seen->verdict_len; i++) {
		if (text[i] == '\0')
			text[i] = '\n';
	}
	text[seen->verdict_len] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "STSSL_SESSION=7f3a\n"));
	ck_assert_ptr_nonnull(strstr(text, "STSSL_SERVICE=vsftpd\n"));
	ck_assert_ptr_nonnull(strstr(text, expect));
}

START_TEST(verdict_becomes_its_pam_code_and_is_reported)
{
	const struct fake_script script = { codes[_i].record, STAGE_DONE };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &script, stage_classes);
	pamh = start(&s, codes[_i].user, "");
	ck_assert_int_eq(pam_authenticate(pamh, 0), codes[_i].auth);
	check_report(s.fake.seen, 1, codes[_i].report);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), codes[_i].account);
	check_report(s.fake.seen, 2, codes[_i].report);
	ck_assert_uint_eq(s.fake.seen->queries, 2);
	pam_end(pamh, PAM_SUCCESS);
	/* After auth, libpam mixes its code into that of setcred. */
	pamh = start(&s, codes[_i].user, "");
	ck_assert_int_eq(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	ck_assert_int_eq(pam_chauthtok(pamh, 0), IGNORED_PASSWORD);
	ck_assert_uint_eq(s.fake.seen->queries, 2);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

static const struct {
	struct fake_reply verdict;
	const char *user;
	int expect;
} reports[] = {
	{ STAGE_NONE, "alice", PAM_AUTHINFO_UNAVAIL },
	{ STAGE_NONE, "open", PAM_AUTHINFO_UNAVAIL },
	{ FAKE_PACKET(STAGE_V "STSSL_RESULT=denied"), "alice",
	    PAM_AUTHINFO_UNAVAIL },
	{ FAKE_PACKET("STSSL_VERSION=1"), "alice", PAM_AUTHINFO_UNAVAIL },
	{ { FAKE_CLOSE, NULL, 0 }, "alice", PAM_AUTHINFO_UNAVAIL },
	/* What is refused anyhow keeps its own reason. */
	{ STAGE_NONE, "bob", PAM_CRED_INSUFFICIENT },
};

START_TEST(login_that_cannot_be_reported_is_refused)
{
	const struct fake_script script = { STAGE_GOOD("alice"),
		reports[_i].verdict };
	struct stage s;

	stage_open(&s, &script, stage_classes);
	ck_assert_int_eq(
	    authenticate(&s, reports[_i].user), reports[_i].expect);
	stage_close(&s);
}
END_TEST

START_TEST(no_user_name_is_no_user)
{
	struct stage s;

	stage_open(&s, &alice, stage_classes);
	ck_assert_int_eq(authenticate(&s, NULL), PAM_USER_UNKNOWN);
	ck_assert_uint_eq(s.fake.seen->queries, 0);
	/* It was asked for. */
	ck_assert_uint_eq(s.prompts, 1);
	s.prompts = 0;
	stage_close(&s);
}
END_TEST

START_TEST(huge_user_name_is_no_user)
{
	char *user = malloc(100000);
	struct stage s;

	memset(user, 'a', 99999);
	user[99999] = '\0';
	stage_open(&s, &alice, stage_classes);
	ck_assert_int_eq(authenticate(&s, user), PAM_USER_UNKNOWN);
	stage_close(&s);
	free(user);
}
END_TEST

static const char *const bad_arguments[] = { "classes=relative",
	"classes=", "socket=x", "rhost=", "rhost=yes", "rhost", "debug=1",
	"debugger", "use_first_pass", "[]", "Debug", "classes=/twice" };

START_TEST(bad_argument_refuses_in_every_phase)
{
	static int (*const phases[])(pam_handle_t *, int) = { pam_authenticate,
		pam_acct_mgmt, pam_open_session, pam_close_session };
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &alice, stage_classes);
	pamh = start(&s, "alice", bad_arguments[_i]);
	for (size_t i = 0; i < ROWS(phases); i++)
		ck_assert_int_eq(phases[i](pamh, 0), PAM_SERVICE_ERR);
	ck_assert_uint_eq(s.fake.seen->queries, 0);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

static const struct {
	const char *text;
	mode_t mode;
} bad_classes[] = {
	{ "", 0600 }, /* no class: refused by the file or for want of one */
	{ "class \"everyone\" { ssl = optional", 0600 },
	{ "class \"everyone\" { ssl = sometimes }", 0600 },
	{ "klass \"everyone\" { ssl = optional }", 0600 },
	{ "class \"everyone\" { ssl = optional login = password }", 0666 },
	{ "class \"everyone\" { ssl = optional login = password }", 0 },
	{ NULL, 0 },
};

START_TEST(faulty_classes_refuse_everybody_until_mended)
{
	static const char good[] =
	    "class \"everyone\" { ssl = optional login = password }";
	char path[160];
	struct stage s;
	int r;

	stage_open(&s, &alice, stage_classes);
	snprintf(path, sizeof path, "%s/classes.conf", s.fake.dir);
	if (bad_classes[_i].text == NULL) {
		unlink(path);
	} else {
		stage_write(&s, "classes.conf", bad_classes[_i].text);
		ck_assert_int_eq(chmod(path, bad_classes[_i].mode), 0);
	}
	r = authenticate(&s, "open");
	/* Root reads even what nobody may. */
	if (_i == 0)
		ck_assert(r == PAM_PERM_DENIED || r == PAM_SERVICE_ERR);
	else if (bad_classes[_i].mode != 0 || geteuid() != 0 || _i == 6)
		ck_assert_int_eq(r, PAM_SERVICE_ERR);
	unlink(path);
	stage_write(&s, "classes.conf", good);
	ck_assert_int_eq(authenticate(&s, "open"), IGNORED);
	stage_close(&s);
}
END_TEST

START_TEST(absent_or_untrusted_helper_refuses)
{
	struct stage s;

	stage_open(&s, &alice, stage_classes);
	ck_assert_int_eq(chmod(s.fake.dir, 0777), 0);
	ck_assert_int_eq(authenticate(&s, "open"), PAM_AUTHINFO_UNAVAIL);
	ck_assert_int_eq(chmod(s.fake.dir, 0700), 0);
	ck_assert_int_eq(authenticate(&s, "open"), IGNORED);
	kill(s.fake.pid, SIGKILL);
	ck_assert_int_eq(authenticate(&s, "open"), PAM_AUTHINFO_UNAVAIL);
	unlink(s.fake.path);
	ck_assert_int_eq(authenticate(&s, "open"), PAM_AUTHINFO_UNAVAIL);
	stage_close(&s);
}
END_TEST

static const struct {
	struct fake_reply query, verdict;
	bool stopped;
} stuck[] = {
	{ STAGE_GOOD("alice"), STAGE_DONE, true },
	{ { FAKE_SILENT, NULL, 0 }, STAGE_DONE, false },
	{ STAGE_GOOD("alice"), { FAKE_SILENT, NULL, 0 }, false },
	/* One deadline for both: half of it is gone after the query. */
	{ { FAKE_LATE, STAGE_CERTLESS_BYTES, sizeof STAGE_CERTLESS_BYTES },
	    { FAKE_SILENT, NULL, 0 }, false },
};

/* Milliseconds until it refuses. */
static long
stuck_ms(int row)
{
	const struct fake_script script = { stuck[row].query,
		stuck[row].verdict };
	struct timespec start, end;
	struct stage s;

	stage_open(&s, &script, stage_classes);
	if (stuck[row].stopped)
		kill(s.fake.pid, SIGSTOP);
	clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert_int_eq(authenticate(&s, "alice"), PAM_AUTHINFO_UNAVAIL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	stage_close(&s);
	return (end.tv_sec - start.tv_sec) * 1000 +
	       (end.tv_nsec - start.tv_nsec) / 1000000;
}

/* A third second would be a bug; a busy machine needs it now and then. */
START_TEST(stuck_helper_refuses_within_two_seconds)
{
	long ms;

	for (int tries = 10; tries > 0; tries--) {
		ms = stuck_ms(_i);
		ck_assert_int_ge(ms, 1900);
		if (ms < 2900)
			return;
	}
	ck_abort_msg("always late");
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ verdict_becomes_its_pam_code_and_is_reported, ROWS(codes) },
		{ login_that_cannot_be_reported_is_refused, ROWS(reports) },
		{ no_user_name_is_no_user, 0 },
		{ huge_user_name_is_no_user, 0 },
		{ bad_argument_refuses_in_every_phase, ROWS(bad_arguments) },
		{ faulty_classes_refuse_everybody_until_mended,
		    ROWS(bad_classes) },
		{ absent_or_untrusted_helper_refuses, 0 },
		{ stuck_helper_refuses_within_two_seconds, ROWS(stuck) },
	};

	return test_main("module", cases, ROWS(cases));
}
