/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which identity files count: their owners, modes, sizes and names.
 */
#include <config.h>
#include "policy/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/trace.h"
#include "tests/test-policy.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX_OTHER \
	"ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX_63 "0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
begin(struct folder *f, struct stssl_record *record)
{
	folder_make(f);
	stssl_record_init(record);
	ck_assert_int_eq(
	    stssl_record_put(record, STSSL_KEY_SSL_CLIENT_CERT_SHA256, HEX), 0);
}

static void
end(struct folder *f, struct stssl_record *record)
{
	stssl_record_done(record);
	folder_remove(f);
}

static bool
names(
    const struct folder *f, const char *user, const struct stssl_record *record)
{
	const struct stssl_identity_rules rules = {
		.ways = 1u << STSSL_IDENTITY_FILE, .directory = f->path
	};

	return stssl_identity_names(&rules, user, record, NULL);
}

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

	begin(&f, &record);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(chmod(f.file, modes[_i].file), 0);
	ck_assert_int_eq(chmod(f.path, modes[_i].folder), 0);
	ck_assert_int_eq(names(&f, "alice", &record), modes[_i].names);
	end(&f, &record);
}
END_TEST

START_TEST(a_link_in_place_of_an_identity_file_names_nobody)
{
	struct folder f;
	struct stssl_record record;
	char name[sizeof f.path + 8];

	begin(&f, &record);
	(void)folder_text(&f, "bob", "sha256:" HEX "\n");
	(void)snprintf(name, sizeof name, "%s/alice", f.path);
	ck_assert_int_eq(symlink(f.file, name), 0);
	ck_assert(!names(&f, "alice", &record));
	ck_assert(names(&f, "bob", &record));
	end(&f, &record);
}
END_TEST

START_TEST(a_huge_identity_file_names_nobody)
{
	struct folder f;
	struct stssl_record record;

	begin(&f, &record);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(truncate(f.file, STSSL_IDENTITY_MAX + 1), 0);
	ck_assert(!names(&f, "alice", &record));
	end(&f, &record);
}
END_TEST

/* A good entry, and a comment that fills the file up; one byte too much. */
START_TEST(an_identity_file_is_as_large_as_it_may_be_and_no_larger)
{
	static char text[STSSL_IDENTITY_MAX + 2];
	static const char entry[] = "sha256:" HEX "\n";
	struct folder f;
	struct stssl_record record;

	begin(&f, &record);
	memset(text, '#', sizeof text - 1);
	memcpy(text, entry, sizeof entry - 1);
	text[STSSL_IDENTITY_MAX] = _i == 0 ? '\0' : '#';
	(void)folder_text(&f, "alice", text);
	ck_assert_int_eq(names(&f, "alice", &record), _i == 0);
	end(&f, &record);
}
END_TEST

#define NOBODY 65534

/* Owners can be changed by root only: as somebody else this is no test. */
START_TEST(what_is_another_users_names_nobody)
{
	struct folder f;
	struct stssl_record record;

	begin(&f, &record);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(chmod(f.path, 0755), 0);
	ck_assert(names(&f, "alice", &record));
	if (geteuid() == 0) {
		ck_assert_int_eq(
		    chown(_i == 0 ? f.file : f.path, NOBODY, NOBODY), 0);
		ck_assert(!names(&f, "alice", &record));
	}
	end(&f, &record);
}
END_TEST

START_TEST(a_path_to_a_file_is_no_user_name)
{
	struct folder f;
	struct stssl_record record;

	begin(&f, &record);
	(void)folder_text(&f, "alice", "sha256:" HEX "\n");
	ck_assert_int_eq(chmod(f.path, 0755), 0);
	ck_assert(!names(&f, "./alice", &record));
	ck_assert(!names(&f, "/alice", &record));
	end(&f, &record);
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
	struct stssl_identity_rules rules = { .ways = 1u
						      << STSSL_IDENTITY_FILE };
	struct folder f;
	struct stssl_record record;
	bool named;

	begin(&f, &record);
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
	end(&f, &record);
}
END_TEST

void
add_identity_file_cases(struct case_list *to)
{
	add_case(to, an_identity_file_that_others_can_change_names_nobody,
	    ROWS(modes));
	add_case(to, a_link_in_place_of_an_identity_file_names_nobody, 0);
	add_case(to, a_huge_identity_file_names_nobody, 0);
	add_case(
	    to, an_identity_file_is_as_large_as_it_may_be_and_no_larger, 2);
	add_case(to, what_is_another_users_names_nobody, 2);
	add_case(to, a_path_to_a_file_is_no_user_name, 0);
	add_case(to, why_a_file_names_nobody_is_told, ROWS(file_ends));
}
