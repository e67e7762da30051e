/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The whole decision table through the real libpam: each of its cells, in each
 * stack of etc/pam.d as it is shipped, with a password that is right and one
 * that is wrong.  And what modules behind ours see of the client.
 */
#include <config.h>
#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/module-stage.h"

/* What the connection shows: the columns. */
enum column {
	CLEAR,
	CERTLESS,
	BAD,
	SOMEBODY,
	GOOD,
	COLUMNS
};

/*
 * README's table.  A accept, p password, T, C and N refused: TLS, certificate,
 * nobody.
 */
static const struct {
	const char *keys;
	const char cells[COLUMNS + 1];
} table[] = {
	{ "ssl = optional login = password", "ppppp" },
	{ "ssl = optional login = either", "ppppA" },
	{ "ssl = optional login = either bad-certificate = refuse", "ppCCA" },
	{ "ssl = optional login = certificate", "TCCCA" },
	{ "ssl = optional login = both", "TCCCp" },
	{ "ssl = required login = password", "Tpppp" },
	{ "ssl = required login = either", "TpCCA" },
	{ "ssl = required login = either bad-certificate = password", "TpppA" },
	{ "ssl = required login = certificate", "TCCCA" },
	{ "ssl = required login = both", "TCCCp" },
	{ "ssl = optional login = refuse", "NNNNN" },
	{ "ssl = required login = refuse", "NNNNN" },
};

static const struct fake_reply columns[COLUMNS] = {
	[CLEAR] = STAGE_CLEAR,
	[CERTLESS] = STAGE_CERTLESS,
	[BAD] = STAGE_EXPIRED,
	[SOMEBODY] = STAGE_GOOD("bob"),
	[GOOD] = STAGE_GOOD("alice"),
};

static const struct {
	char letter;
	int good, bad, account; /* with a good password, with a bad one */
} codes[] = {
	{ 'A', PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS },
	{ 'p', PAM_SUCCESS, PAM_AUTH_ERR, PAM_SUCCESS },
	{ 'T', PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ 'N', PAM_PERM_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ 'C', PAM_CRED_INSUFFICIENT, PAM_CRED_INSUFFICIENT,
	    PAM_CRED_INSUFFICIENT },
};

/* The shipped files, with modules that need a machine's accounts replaced. */
static const char *const stacks[] = { "vsftpd.debian", "vsftpd.rhel",
	"vsftpd.plain" };

static const struct {
	const char *from, *to;
} changes[] = {
	{ "pam_stssl.so", "%M" },
	{ "pam_shells.so", "pam_permit.so" },
	{ "pam_loginuid.so", "pam_permit.so" },
	{ "required    pam_unix.so", "include %D/unix" },
	{ "@include common-", "@include %D/common-" },
	{ "password-auth", "%D/password-auth" },
};

static void
append_changed(FILE *to, const char *text)
{
	while (*text != '\0') {
		size_t i = 0, len = 0;

		for (; i < ROWS(changes); i++) {
			len = strlen(changes[i].from);
			if (strncmp(text, changes[i].from, len) == 0)
				break;
		}
		if (i < ROWS(changes)) {
			(void)fputs(changes[i].to, to);
			text += len;
		} else {
			(void)fputc(*text++, to);
		}
	}
}

static void
write_stack(struct stage *s, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[1024], *text = NULL;
	char shipped[8192] = "";
	size_t len = 0;
	FILE *from, *to;

	(void)snprintf(path, sizeof path, "%s/etc/pam.d/%s",
	    srcdir == NULL ? "." : srcdir, name);
	from = fopen(path, "re");
	ck_assert_msg(from != NULL, "%s", path);
	ck_assert_uint_lt(
	    fread(shipped, 1, sizeof shipped, from), sizeof shipped);
	(void)fclose(from);
	to = open_memstream(&text, &len);
	ck_assert_ptr_nonnull(to);
	append_changed(to, shipped);
	ck_assert_int_eq(fclose(to), 0);
	stage_write(s, "vsftpd", text);
	free(text);
}

#define OTHERS                             \
	"account required pam_permit.so\n" \
	"session required pam_permit.so\n"

/* What the shipped stacks include, with a password that is right or wrong. */
static void
write_includes(struct stage *s, bool right)
{
	const char *module = right ? "pam_permit.so" : "pam_deny.so";
	char text[512];

	(void)snprintf(text, sizeof text, "auth required %s\n" OTHERS, module);
	stage_write(s, "unix", text);
	(void)snprintf(text, sizeof text,
	    "auth sufficient %s\nauth required pam_deny.so\n" OTHERS, module);
	stage_write(s, "password-auth", text);
	(void)snprintf(text, sizeof text,
	    "auth [success=1 default=ignore] %s\n"
	    "auth requisite pam_deny.so\nauth required pam_permit.so\n",
	    module);
	stage_write(s, "common-auth", text);
	stage_write(s, "common-account", "account required pam_permit.so\n");
	stage_write(s, "common-session", "session required pam_permit.so\n");
}

static size_t
code_row(char letter)
{
	size_t i = 0;

	while (i < ROWS(codes) && codes[i].letter != letter)
		i++;
	ck_assert_uint_lt(i, ROWS(codes));
	return i;
}

#define CELLS (ROWS(table) * COLUMNS)

/* Row: cell, then stack, then password. */
START_TEST(each_cell_of_the_table_is_that_code_in_each_shipped_stack)
{
	bool right = _i % 2 == 0;
	size_t stack = (size_t)_i / 2 % ROWS(stacks);
	size_t cell = (size_t)_i / 2 / ROWS(stacks);
	size_t row = cell / COLUMNS, column = cell % COLUMNS;
	const struct fake_script script = { columns[column], STAGE_DONE };
	size_t code = code_row(table[row].cells[column]);
	int expect = right ? codes[code].good : codes[code].bad;
	char classes[256];
	struct stage s;
	pam_handle_t *pamh;

	(void)snprintf(classes, sizeof classes,
	    "class \"c\" { %s identity = { \"cn\" } }\n", table[row].keys);
	stage_open(&s, &script, classes);
	write_includes(&s, right);
	write_stack(&s, stacks[stack]);
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_authenticate(pamh, 0), expect);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), codes[code].account);
	if (expect == PAM_SUCCESS) {
		ck_assert_int_eq(
		    pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
		ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
		ck_assert_int_eq(pam_close_session(pamh, 0), PAM_SUCCESS);
	}
	pam_end(pamh, expect);
	stage_close(&s);
}
END_TEST

/* Modules that look at where the client is: 203.0.113.9, not the helper. */
static const struct {
	const char *line, *file; /* its configuration, %D/list */
	int expect;
} neighbours[] = {
	{ "auth required pam_access.so accessfile=%D/list\n",
	    "-:ALL:203.0.113.9\n+:ALL:ALL\n", PAM_PERM_DENIED },
	{ "auth required pam_access.so accessfile=%D/list\n",
	    "-:ALL:127.0.0.1\n+:ALL:ALL\n", PAM_SUCCESS },
	{ "auth required pam_listfile.so item=rhost sense=deny "
	  "file=%D/list onerr=fail\n",
	    "203.0.113.9\n", PAM_AUTH_ERR },
	{ "auth required pam_listfile.so item=rhost sense=allow "
	  "file=%D/list onerr=fail\n",
	    "203.0.113.9\n", PAM_SUCCESS },
};

START_TEST(modules_behind_ours_see_the_client)
{
	const struct fake_script script = { STAGE_CERTLESS, STAGE_DONE };
	char text[512];
	struct stage s;
	pam_handle_t *pamh;

	stage_open(
	    &s, &script, "class \"c\" { ssl = required login = either }\n");
	stage_write(&s, "list", neighbours[_i].file);
	(void)snprintf(text, sizeof text,
	    "auth [success=done ignore=ignore default=die] %%M\n%s"
	    "auth required pam_permit.so\n",
	    neighbours[_i].line);
	stage_write(&s, "vsftpd", text);
	pamh = stage_pam(&s, "vsftpd", "root");
	(void)pam_set_item(pamh, PAM_RHOST, "127.0.0.1");
	ck_assert_int_eq(pam_authenticate(pamh, 0), neighbours[_i].expect);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* pam_faillock notes the source of a failure; its file is binary. */
static bool
file_has(const char *path, const char *text)
{
	char bytes[4096];
	FILE *file = fopen(path, "re");
	size_t n = 0;

	if (file != NULL) {
		n = fread(bytes, 1, sizeof bytes, file);
		(void)fclose(file);
	}
	return memmem(bytes, n, text, strlen(text)) != NULL;
}

START_TEST(faillock_counts_failures_against_the_client)
{
	const struct fake_script script = { STAGE_CERTLESS, STAGE_DONE };
	char path[192];
	struct stage s;
	pam_handle_t *pamh;

	stage_open(
	    &s, &script, "class \"c\" { ssl = required login = either }\n");
	stage_write(&s, "vsftpd",
	    "auth [success=done ignore=ignore default=die] %M\n"
	    "auth [default=ignore] pam_deny.so\n"
	    "auth [default=die] pam_faillock.so authfail audit deny=3 "
	    "even_deny_root dir=%D\n");
	pamh = stage_pam(&s, "vsftpd", "root");
	(void)pam_set_item(pamh, PAM_RHOST, "127.0.0.1");
	ck_assert_int_ne(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_AUTH_ERR);
	(void)snprintf(path, sizeof path, "%s/root", s.fake.dir);
	ck_assert(file_has(path, "203.0.113.9"));
	ck_assert(!file_has(path, "127.0.0.1"));
	stage_close(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ each_cell_of_the_table_is_that_code_in_each_shipped_stack,
		    CELLS * ROWS(stacks) * 2 },
		{ modules_behind_ours_see_the_client, ROWS(neighbours) },
		{ faillock_counts_failures_against_the_client, 0 },
	};

	return test_main("table", cases, ROWS(cases));
}
