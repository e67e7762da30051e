/* SPDX-License-Identifier: BSD-2-Clause
 *
 * When a file counts as unchanged: hardly ever.
 */
#include <config.h>
#include "policy/stamp.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test-policy.h"

/* Long enough after anything that a test does. */
#define LATER (time(NULL) + 3600)

static void
nothing(struct folder *f)
{
	ck_assert_int_eq(access(f->file, R_OK), 0);
}

static void
change_in_place(struct folder *f)
{
	FILE *out = fopen(f->file, "r+");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(fputc('x', out), 'x');
	ck_assert_int_eq(fclose(out), 0);
}

static void
append(struct folder *f)
{
	FILE *out = fopen(f->file, "a");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(fputc('x', out), 'x');
	ck_assert_int_eq(fclose(out), 0);
}

/* With the same bytes, and the same times but for the change time. */
static void
replace(struct folder *f)
{
	struct stat st;
	struct folder other = *f;

	ck_assert_int_eq(stat(f->file, &st), 0);
	(void)folder_text(&other, "other", "text");
	ck_assert_int_eq(
	    utimensat(AT_FDCWD, other.file,
		(const struct timespec[]){ st.st_atim, st.st_mtim }, 0),
	    0);
	ck_assert_int_eq(rename(other.file, f->file), 0);
}

static void
open_for_all(struct folder *f)
{
	ck_assert_int_eq(chmod(f->file, 0666), 0);
}

static void delete (struct folder *f)
{
	ck_assert_int_eq(unlink(f->file), 0);
}

static const struct {
	void (*change)(struct folder *f);
	bool same;
} changes[] = {
	{ nothing, true },
	{ change_in_place, false },
	{ append, false },
	{ replace, false },
	{ open_for_all, false },
	{ delete, false },
};

/* The time of a change may be counted in hundredths of a second. */
static void
wait_for_another_time(const struct folder *f)
{
	struct stssl_stamp old, new;
	char path[sizeof f->file + 8];

	(void)snprintf(path, sizeof path, "%s.clock", f->file);
	stssl_stamp_take(f->file, LATER, &old);
	do {
		FILE *out = fopen(path, "w");

		ck_assert_ptr_nonnull(out);
		ck_assert_int_eq(fclose(out), 0);
		stssl_stamp_take(path, LATER, &new);
	} while (stssl_same_file(&new.st, &old.st));
}

START_TEST(a_file_is_the_same_if_nothing_was_done_to_it)
{
	struct folder f;
	struct stssl_stamp before, after;

	folder_make(&f);
	(void)folder_text(&f, "f", "text");
	stssl_stamp_take(f.file, LATER, &before);
	wait_for_another_time(&f);
	changes[_i].change(&f);
	stssl_stamp_take(f.file, LATER, &after);
	ck_assert_int_eq(stssl_stamp_same(&before, &after), changes[_i].same);
	folder_remove(&f);
}
END_TEST

START_TEST(a_file_that_changed_just_now_is_never_the_same)
{
	struct folder f;
	struct stssl_stamp before, after;
	struct stat st;

	folder_make(&f);
	(void)folder_text(&f, "f", "text");
	ck_assert_int_eq(stat(f.file, &st), 0);
	stssl_stamp_take(
	    f.file, st.st_ctim.tv_sec + STSSL_STAMP_SETTLED, &before);
	stssl_stamp_take(f.file, LATER, &after);
	ck_assert(!stssl_stamp_same(&before, &after));
	stssl_stamp_take(
	    f.file, st.st_ctim.tv_sec + STSSL_STAMP_SETTLED + 1, &before);
	ck_assert(stssl_stamp_same(&before, &after));
	folder_remove(&f);
}
END_TEST

START_TEST(no_file_is_never_the_same)
{
	struct stssl_stamp none;

	stssl_stamp_take("/nonexistent/f", LATER, &none);
	ck_assert(!stssl_stamp_same(&none, &none));
}
END_TEST

void
add_stamp_cases(struct case_list *to)
{
	add_case(
	    to, a_file_is_the_same_if_nothing_was_done_to_it, ROWS(changes));
	add_case(to, a_file_that_changed_just_now_is_never_the_same, 0);
	add_case(to, no_file_is_never_the_same, 0);
}
