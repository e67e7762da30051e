/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/test-policy.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
add_case(struct case_list *to, const TTest *test, size_t rows)
{
	if (to->count == CASES_MAX)
		abort();
	to->list[to->count++] = (struct test_case){ test, rows };
}

void
folder_make(struct folder *f)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(f->path, sizeof f->path, "%s/stssl-policy-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(f->path));
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void
folder_remove(struct folder *f)
{
	ck_assert_int_eq(nftw(f->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *
folder_write(struct folder *f, const char *name, const void *bytes, size_t len)
{
	FILE *out;

	(void)snprintf(f->file, sizeof f->file, "%s/%s", f->path, name);
	out = fopen(f->file, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(chmod(f->file, 0644), 0);
	return f->file;
}

const char *
folder_text(struct folder *f, const char *name, const char *text)
{
	return folder_write(f, name, text, strlen(text));
}

struct stssl_classes *
classes_of(const char *text)
{
	struct folder folder;
	struct stssl_classes *classes = NULL;
	struct stssl_error error;
	int r;

	folder_make(&folder);
	r = stssl_classes_read(
	    folder_text(&folder, "classes.conf", text), &classes, &error);
	folder_remove(&folder);
	ck_assert_msg(r == 0, "%s", error.text);
	return classes;
}

int
main(void)
{
	struct case_list cases = { .count = 0 };

	add_conf_cases(&cases);
	add_conf_file_cases(&cases);
	add_text_cases(&cases);
	add_shadow_cases(&cases);
	add_class_cases(&cases);
	add_match_cases(&cases);
	add_canonical_cases(&cases);
	add_pattern_cases(&cases);
	add_dn_cases(&cases);
	add_dns_cases(&cases);
	add_identity_cases(&cases);
	add_identity_file_cases(&cases);
	add_hosts_cases(&cases);
	add_map_cases(&cases);
	add_ways_cases(&cases);
	add_decide_cases(&cases);
	add_judge_cases(&cases);
	add_early_cases(&cases);
	add_trace_cases(&cases);
	add_whose_cases(&cases);
	add_ssh_key_cases(&cases);
	add_stamp_cases(&cases);
	return test_main("policy", cases.list, cases.count);
}
