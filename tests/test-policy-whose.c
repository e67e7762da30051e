/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/tools/whose.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "policy/identity.h"
#include "tests/test-policy.h"

#define HEX   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ENTRY "sha256:" HEX "\n"

/* %s is the directory; files is "name=text" one after the other. */
static const struct {
	const char *classes, *cn, *verify, *files[4];
	int r;
	const char *user;
} rows[] = {
	/* by name */
	{ "class x { identity = cn }", "sam", "SUCCESS", { NULL }, 1, "sam" },
	{ "class x { }", "sam", "SUCCESS", { NULL }, 1, "sam" },
	{ "class x { identity = cn }", "sam", "FAILED:expired", { NULL }, 0,
	    "" },
	{ "class x { identity = cn }", "sam", "NONE", { NULL }, 0, "" },
	{ "class x { identity = cn }", "sam", NULL, { NULL }, 0, "" },
	{ "class x { identity = cn }", NULL, "SUCCESS", { NULL }, 0, "" },
	{ "class x { identity = cn }", "../x", "SUCCESS", { NULL }, 0, "" },
	/* by class */
	{ "class x { identity = cn login = both }", "sam", "SUCCESS", { NULL },
	    0, "" },
	{ "class x { identity = cn login = password }", "sam", "SUCCESS",
	    { NULL }, 0, "" },
	{ "class x { identity = cn user = 'a*' }", "sam", "SUCCESS", { NULL },
	    0, "" },
	{ "class x { identity = cn service = http }", "sam", "SUCCESS",
	    { NULL }, 0, "" },
	{ "class x { identity = cn enabled = false }", "sam", "SUCCESS",
	    { NULL }, 0, "" },
	{ "class x { login = refuse }", "sam", "SUCCESS", { "ann=" ENTRY }, 0,
	    "" },
	{ "class x { user = sam login = refuse } class y { }", "sam", "SUCCESS",
	    { "ann=" ENTRY }, 1, "ann" },
	{ "", "sam", "SUCCESS", { NULL }, 0, "" },
	/* patterns may be blind to capitals; a name stays as it is written */
	{ "user-names = lower class x { user = sam }", "SAM", "SUCCESS",
	    { NULL }, 1, "SAM" },
	{ "user-names = lower class x { user = sam }", "sam", "SUCCESS",
	    { "SAM=dn:CN=x\n" }, 1, "sam" },
	{ "user-names = lower class x { identity = file }", "sam", "SUCCESS",
	    { "ann=" ENTRY, "ANN=" ENTRY }, -ENOTUNIQ, "" },
	/* the way must be one of the user's own class, not just of any */
	{ "class x { user = 'a*' identity = cn } class y { identity = file }",
	    "sam", "SUCCESS", { NULL }, 0, "" },
	{ "class x { user = 'a*' identity = file } class y { identity = cn }",
	    "sam", "SUCCESS", { "sam=" ENTRY, "tom=" ENTRY }, 1, "sam" },
	/* by file */
	{ "class x { identity = file }", "sam", "SUCCESS",
	    { "ann=" ENTRY, "sam=dn:CN=x\n" }, 1, "ann" },
	{ "class x { identity = file }", "sam", "SUCCESS", { NULL }, 0, "" },
	{ "class x { identity = file }", "sam", "SUCCESS",
	    { "ann=" ENTRY "rubbish\n" }, 0, "" },
	{ "class x { identity = file }", "sam", "SUCCESS", { "-ann=" ENTRY }, 0,
	    "" },
	/* by other names, each in its own class */
	{ "class x { user = 's*' identity = email email-domain = a.example } "
	  "class y { user = 't*' identity = email email-domain = b.example }",
	    "ann", "SUCCESS", { NULL }, -ENOTUNIQ, "" },
	{ "class x { user = 's*' identity = email email-domain = a.example } "
	  "class y { login = both identity = email email-domain = b.example }",
	    "ann", "SUCCESS", { NULL }, 1, "sam" },
	{ "class x { identity = email "
	  "email-domain = { a.example, b.example } }",
	    "ann", "SUCCESS", { NULL }, 0, "" },
	{ "map m { cn = 'ann (.*) \\1' email = 'sam@a.example kim' } "
	  "class x { identity = email email-domain = a.example map = m }",
	    "ann", "SUCCESS", { NULL }, 1, "kim" },
	/* not unique */
	{ "class x { identity = file }", "sam", "SUCCESS",
	    { "ann=" ENTRY, "tom=" ENTRY }, -ENOTUNIQ, "" },
	{ "class x { }", "sam", "SUCCESS", { "ann=" ENTRY }, -ENOTUNIQ, "" },
	{ "class x { }", "sam", "SUCCESS", { "sam=" ENTRY }, 1, "sam" },
	{ "class x { user = 'a*' } class y { login = both }", "sam", "SUCCESS",
	    { "ann=" ENTRY }, 1, "ann" },
	/* cannot be found out */
	{ "class x { type = real }", "broken", "SUCCESS", { NULL }, -EIO, "" },
	{ "class x { type = real }", "broken", "SUCCESS", { "alice=" ENTRY },
	    -EIO, "" },
};

static void
put(struct stssl_record *record, enum stssl_key key, const char *value)
{
	if (value != NULL)
		ck_assert_int_eq(stssl_record_put(record, key, value), 0);
}

static void
fill(struct stssl_record *record, const char *cn, const char *verify)
{
	stssl_record_init(record);
	put(record, STSSL_KEY_SSL_PROTOCOL, "TLSv1.3");
	put(record, STSSL_KEY_SSL_CLIENT_VERIFY, verify);
	put(record, STSSL_KEY_SSL_CLIENT_S_DN_CN, cn);
	put(record, STSSL_KEY_SSL_CLIENT_CERT_SHA256, HEX);
	ck_assert_int_eq(
	    stssl_record_put_nth(
		record, STSSL_KEY_SSL_CLIENT_SAN_Email, 0, "sam@a.example"),
	    0);
	ck_assert_int_eq(
	    stssl_record_put_nth(
		record, STSSL_KEY_SSL_CLIENT_SAN_Email, 1, "tom@b.example"),
	    0);
}

static struct stssl_classes *
classes_in(const struct folder *f, const char *classes)
{
	char text[1024];

	(void)snprintf(
	    text, sizeof text, "identities = '%s'\n%s", f->path, classes);
	return classes_of(text);
}

/* Asks with a name that must not matter; returns what stssl_whose() does. */
static int
ask(const struct stssl_classes *classes, const struct stssl_record *record,
    char user[static STSSL_USER_MAX + 1])
{
	const struct stssl_login login = {
		.user = "somebody", .service = "ftp", .record = record
	};

	user[0] = '\0';
	return stssl_whose(classes, &login, user);
}

START_TEST(a_certificate_logs_in_one_user_or_none)
{
	char user[STSSL_USER_MAX + 1], name[64];
	struct stssl_classes *classes;
	struct stssl_record record;
	struct folder f;

	folder_make(&f);
	for (size_t i = 0; i < ROWS(rows[_i].files); i++) {
		const char *file = rows[_i].files[i];

		if (file == NULL)
			break;
		(void)snprintf(
		    name, sizeof name, "%.*s", (int)strcspn(file, "="), file);
		(void)folder_text(&f, name, strchr(file, '=') + 1);
	}
	classes = classes_in(&f, rows[_i].classes);
	fill(&record, rows[_i].cn, rows[_i].verify);
	ck_assert_int_eq(ask(classes, &record, user), rows[_i].r);
	ck_assert_str_eq(user, rows[_i].user);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
	folder_remove(&f);
}
END_TEST

/* What is no file of anybody's, or nobody may believe. */
START_TEST(only_trusted_files_name_their_users)
{
	char user[STSSL_USER_MAX + 1], path[300];
	struct stssl_classes *classes;
	struct stssl_record record;
	struct folder f;

	folder_make(&f);
	classes = classes_in(&f, "class x { identity = file }");
	fill(&record, NULL, "SUCCESS");
	(void)snprintf(path, sizeof path, "%s/linked", f.path);
	ck_assert_int_eq(symlink("ann", path), 0);
	(void)snprintf(path, sizeof path, "%s/folder", f.path);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	(void)snprintf(path, sizeof path, "%s/fifo", f.path);
	ck_assert_int_eq(mkfifo(path, 0644), 0);
	(void)folder_text(&f, "huge", ENTRY);
	ck_assert_int_eq(truncate(f.file, STSSL_IDENTITY_MAX + 1), 0);
	(void)folder_text(&f, "all", ENTRY);
	ck_assert_int_eq(chmod(f.file, 0666), 0);
	ck_assert_int_eq(ask(classes, &record, user), 0);
	(void)folder_text(&f, "ann", ENTRY);
	ck_assert_int_eq(ask(classes, &record, user), 1);
	ck_assert_str_eq(user, "ann");
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
	folder_remove(&f);
}
END_TEST

/* It might have been a second one's: here, one descriptor is all there is. */
START_TEST(a_file_that_cannot_be_opened_is_not_passed_over)
{
	char user[STSSL_USER_MAX + 1];
	struct stssl_classes *classes;
	struct stssl_record record;
	struct rlimit limit;
	struct folder f;
	int fd;

	folder_make(&f);
	(void)folder_text(&f, "ann", "dn:CN=x\n");
	classes = classes_in(&f, "class x { identity = { cn, file } }");
	fill(&record, "sam", "SUCCESS");
	ck_assert_int_eq(ask(classes, &record, user), 1);
	fd = dup(STDERR_FILENO);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	(void)close(fd);
	limit.rlim_cur = (rlim_t)fd + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(ask(classes, &record, user), -EMFILE);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
	folder_remove(&f);
}
END_TEST

START_TEST(a_folder_that_is_not_there_names_nobody)
{
	char user[STSSL_USER_MAX + 1];
	struct stssl_classes *classes = classes_of(
	    "identities = '/nonexistent' class x { identity = file }");
	struct stssl_record record;

	fill(&record, "sam", "SUCCESS");
	ck_assert_int_eq(ask(classes, &record, user), 0);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

/* One more than may be judged; the extra one decides it. */
START_TEST(too_many_names_are_ambiguous)
{
	char user[STSSL_USER_MAX + 1], name[16];
	struct stssl_classes *classes;
	struct stssl_record record;
	struct folder f;

	folder_make(&f);
	/* Of all these, only one may log in by certificate alone. */
	classes = classes_in(&f, "class x { user = u7 identity = file } "
				 "class y { identity = file login = both }");
	fill(&record, NULL, "SUCCESS");
	for (int i = 0; i < STSSL_WHOSE_NAMES; i++) {
		(void)snprintf(name, sizeof name, "u%d", i);
		(void)folder_text(&f, name, ENTRY);
	}
	ck_assert_int_eq(ask(classes, &record, user), 1);
	ck_assert_str_eq(user, "u7");
	(void)folder_text(&f, "more", ENTRY);
	ck_assert_int_eq(ask(classes, &record, user), -ENOTUNIQ);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
	folder_remove(&f);
}
END_TEST

START_TEST(a_record_that_cannot_be_names_nobody)
{
	char user[STSSL_USER_MAX + 1];
	struct stssl_classes *classes = classes_of("class x { identity = cn }");
	struct stssl_record record;

	stssl_record_init(&record);
	put(&record, STSSL_KEY_SSL_PROTOCOL, "SSLv3");
	put(&record, STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS");
	put(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN, "sam");
	ck_assert_int_eq(ask(classes, &record, user), -EBADMSG);
	ck_assert_int_eq(ask(classes, NULL, user), 0);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_whose_cases(struct case_list *to)
{
	add_case(to, a_certificate_logs_in_one_user_or_none, ROWS(rows));
	add_case(to, only_trusted_files_name_their_users, 0);
	add_case(to, a_file_that_cannot_be_opened_is_not_passed_over, 0);
	add_case(to, a_folder_that_is_not_there_names_nobody, 0);
	add_case(to, too_many_names_are_ambiguous, 0);
	add_case(to, a_record_that_cannot_be_names_nobody, 0);
}
