/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/trace.h"
#include "policy/user.h"
#include "tests/test-policy-identity.h"

void
identity_put(struct stssl_record *r, enum stssl_key key, const char *value)
{
	if (value != NULL)
		ck_assert_int_eq(stssl_record_put(r, key, value), 0);
}

static void
put_nth(struct stssl_record *r, enum stssl_key key, unsigned n, const char *v)
{
	ck_assert_int_eq(stssl_record_put_nth(r, key, n, v), 0);
}

void
identity_fill(struct stssl_record *r, const char *cn)
{
	stssl_record_init(r);
	identity_put(r, STSSL_KEY_SSL_CLIENT_S_DN, "CN=alice,O=Acme");
	identity_put(r, STSSL_KEY_SSL_CLIENT_I_DN, "CN=CA,O=Acme");
	identity_put(r, STSSL_KEY_SSL_CLIENT_S_DN_CN, cn);
	identity_put(r, STSSL_KEY_SSL_CLIENT_M_SERIAL, "0A0B");
	put_nth(r, STSSL_KEY_SSL_CLIENT_SAN_Email, 0, "alice@acme.example");
	put_nth(r, STSSL_KEY_SSL_CLIENT_SAN_Email, 1, "a2@Acme.Example");
	put_nth(
	    r, STSSL_KEY_SSL_CLIENT_SAN_URI, 0, "spiffe://acme.example/alice");
	put_nth(
	    r, STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN, 0, "alice@Corp.Example");
	identity_put(r, STSSL_KEY_SSL_CLIENT_CERT_SHA256, HEX);
	identity_put(r, STSSL_KEY_SSL_CLIENT_SPKI_SHA256, HEX_OTHER);
}

bool
identity_names(unsigned ways, const char *directory, const char *user,
    const struct stssl_record *record)
{
	const struct stssl_identity_rules rules = { .ways = ways,
		.directory = directory };

	return stssl_identity_names(&rules, user, record, NULL);
}

START_TEST(a_faulty_file_leaves_the_other_ways)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	identity_fill(&record, "alice");
	(void)folder_text(&f, "alice", "rubbish\n");
	ck_assert(!identity_names(BY_FILE, f.path, "alice", &record));
	ck_assert(identity_names(BY_FILE | BY_CN, f.path, "alice", &record));
	ck_assert(!identity_names(0, f.path, "alice", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

/* File mode, folder mode. */
static const struct {
	mode_t file, folder;
	bool names;
} modes[] = {
	{ 0600, 0700, true },
	{ 0644, 0755, true },
	{ 0664, 0755, false },
	{ 0646, 0755, false },
	{ 0644, 0775, false },
	{ 0644, 0757, false },
	{ 0644, 01777, false },
};

START_TEST(an_identity_file_that_others_can_change_names_nobody)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	identity_fill(&record, NULL);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(chmod(f.file, modes[_i].file), 0);
	ck_assert_int_eq(chmod(f.path, modes[_i].folder), 0);
	ck_assert_int_eq(
	    identity_names(BY_FILE, f.path, "alice", &record), modes[_i].names);
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

START_TEST(a_link_in_place_of_an_identity_file_names_nobody)
{
	struct folder f;
	struct stssl_record record;
	char name[sizeof f.path + 8];

	folder_make(&f);
	identity_fill(&record, NULL);
	(void)folder_text(&f, "bob", "sha256:" HEX "\n");
	(void)snprintf(name, sizeof name, "%s/alice", f.path);
	ck_assert_int_eq(symlink(f.file, name), 0);
	ck_assert(!identity_names(BY_FILE, f.path, "alice", &record));
	ck_assert(identity_names(BY_FILE, f.path, "bob", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

START_TEST(a_huge_identity_file_names_nobody)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	identity_fill(&record, NULL);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(truncate(f.file, STSSL_IDENTITY_MAX + 1), 0);
	ck_assert(!identity_names(BY_FILE, f.path, "alice", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

/* A good entry, and a comment that fills the file up; one byte too much. */
START_TEST(an_identity_file_is_as_large_as_it_may_be_and_no_larger)
{
	static char text[STSSL_IDENTITY_MAX + 2];
	static const char entry[] = "sha256:" HEX "\n";
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	identity_fill(&record, NULL);
	memset(text, '#', sizeof text - 1);
	memcpy(text, entry, sizeof entry - 1);
	text[STSSL_IDENTITY_MAX] = _i == 0 ? '\0' : '#';
	(void)folder_text(&f, "alice", text);
	ck_assert_int_eq(
	    identity_names(BY_FILE, f.path, "alice", &record), _i == 0);
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

#define NOBODY 65534

/* Owners can be changed by root only: as somebody else this is no test. */
START_TEST(what_is_another_users_names_nobody)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	identity_fill(&record, NULL);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(chmod(f.path, 0755), 0);
	ck_assert(identity_names(BY_FILE, f.path, "alice", &record));
	if (geteuid() == 0) {
		ck_assert_int_eq(
		    chown(_i == 0 ? f.file : f.path, NOBODY, NOBODY), 0);
		ck_assert(!identity_names(BY_FILE, f.path, "alice", &record));
	}
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

START_TEST(a_path_to_a_file_is_no_user_name)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	identity_fill(&record, NULL);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(chmod(f.path, 0755), 0);
	ck_assert(!identity_names(BY_FILE, f.path, "./alice", &record));
	ck_assert(!identity_names(BY_FILE, f.path, "/alice", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

static void
keep_way(void *data, const struct stssl_way_tried *tried)
{
	*(struct stssl_way_tried *)data = *tried;
}

/* NULL: there is no file; 0 for its mode, a good one. */
static const struct {
	const char *text;
	mode_t mode;
	enum stssl_way_end end;
	int error;
} file_ends[] = {
	{ "sha256:" HEX "\n", 0, STSSL_WAY_USER, 0 },
	{ "sha256:" HEX_OTHER "\n", 0, STSSL_WAY_NO_ENTRY, 0 },
	{ "sha256:" HEX_63 "\n", 0, STSSL_WAY_BAD_ENTRY, 0 },
	{ "sha256:" HEX "\n", 0664, STSSL_WAY_BAD_FILE, -EPERM },
	{ NULL, 0, STSSL_WAY_NO_FILE, -ENOENT },
};

START_TEST(why_a_file_names_nobody_is_told)
{
	struct stssl_way_tried tried = { .end = STSSL_WAY_END_COUNT };
	const struct stssl_trace trace = { .data = &tried,
		.way_tried = keep_way };
	struct stssl_identity_rules rules = { .ways = BY_FILE };
	struct folder f;
	struct stssl_record record;
	bool named;

	folder_make(&f);
	identity_fill(&record, NULL);
	rules.directory = f.path;
	ck_assert_int_eq(chmod(f.path, 0755), 0);
	if (file_ends[_i].text != NULL)
		(void)folder_text(&f, "alice", file_ends[_i].text);
	if (file_ends[_i].mode != 0)
		ck_assert_int_eq(chmod(f.file, file_ends[_i].mode), 0);
	named = stssl_identity_names(&rules, "alice", &record, &trace);
	ck_assert_int_eq(named, file_ends[_i].end == STSSL_WAY_USER);
	ck_assert_int_eq(tried.end, file_ends[_i].end);
	ck_assert_int_eq(tried.error, file_ends[_i].error);
	ck_assert_str_eq(tried.name, named ? "alice" : "");
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

static const struct {
	const char *cn, *user;
	bool names;
} cns[] = {
	{ "alice", "alice", true },
	{ "alice", "Alice", false },
	{ "alice ", "alice", false },
	{ "alice", "alic", false },
	{ "alic", "alice", false },
	{ "*", "alice", false },
	{ "", "alice", false },
	{ NULL, "alice", false },
	{ "../x", "../x", false },
	{ "", "", false },
};

START_TEST(the_only_cn_must_equal_the_user_name)
{
	struct stssl_record record;

	identity_fill(&record, cns[_i].cn);
	ck_assert_int_eq(
	    identity_names(BY_CN, "/nonexistent", cns[_i].user, &record),
	    cns[_i].names);
	stssl_record_done(&record);
}
END_TEST

START_TEST(a_record_without_a_certificate_names_nobody)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	stssl_record_init(&record);
	(void)folder_text(&f, "alice", "sha256:" HEX "\ndn:CN=alice\n");
	ck_assert(!identity_names(BY_FILE | BY_CN, f.path, "alice", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

#define NAME_16  "abcdefghijklmnop"
#define NAME_64  NAME_16 NAME_16 NAME_16 NAME_16
#define NAME_256 NAME_64 NAME_64 NAME_64 NAME_64

static const struct {
	const char *name;
	bool valid;
} valid_names[] = {
	{ "alice", true },
	{ "a", true },
	{ "alice@acme.example", true },
	{ "..alice", true },
	{ "ACME\\alice", true },
	{ "a-b_c.d+e$", true },
	{ NAME_256, true },
	{ NAME_256 "x", false },
	{ "", false },
	{ ".", false },
	{ "..", false },
	{ "-alice", false },
	{ "a/b", false },
	{ "../x", false },
	{ "/", false },
	{ "a b", false },
	{ "a\tb", false },
	{ "a\nb", false },
	{ "a\177", false },
	{ "al\303\255ce", false },
	{ "a\200", false },
};

START_TEST(only_plain_names_are_user_names)
{
	ck_assert_int_eq(
	    stssl_user_valid(valid_names[_i].name), valid_names[_i].valid);
}
END_TEST

void
add_identity_cases(struct case_list *to)
{
	add_case(to, a_faulty_file_leaves_the_other_ways, 0);
	add_case(to, an_identity_file_that_others_can_change_names_nobody,
	    ROWS(modes));
	add_case(to, a_link_in_place_of_an_identity_file_names_nobody, 0);
	add_case(to, a_huge_identity_file_names_nobody, 0);
	add_case(to, the_only_cn_must_equal_the_user_name, ROWS(cns));
	add_case(to, a_record_without_a_certificate_names_nobody, 0);
	add_case(to, only_plain_names_are_user_names, ROWS(valid_names));
	add_case(
	    to, an_identity_file_is_as_large_as_it_may_be_and_no_larger, 2);
	add_case(to, what_is_another_users_names_nobody, 2);
	add_case(to, a_path_to_a_file_is_no_user_name, 0);
	add_case(to, why_a_file_names_nobody_is_told, ROWS(file_ends));
}
