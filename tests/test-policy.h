/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of tests/test-policy share: temporary folders with files in
 * them, and the list of cases that each file adds to.
 */
#ifndef TESTS_TEST_POLICY_H
#define TESTS_TEST_POLICY_H

#include <sys/stat.h>

#include "policy/classes.h"
#include "tests/test.h"

#define CASES_MAX 96

struct case_list {
	struct test_case list[CASES_MAX];
	size_t count;
};

void add_case(struct case_list *to, const TTest *test, size_t rows);

void add_canonical_cases(struct case_list *to);
void add_class_cases(struct case_list *to);
void add_conf_cases(struct case_list *to);
void add_conf_file_cases(struct case_list *to);
void add_decide_cases(struct case_list *to);
void add_dn_cases(struct case_list *to);
void add_dns_cases(struct case_list *to);
void add_early_cases(struct case_list *to);
void add_hosts_cases(struct case_list *to);
void add_identity_cases(struct case_list *to);
void add_identity_file_cases(struct case_list *to);
void add_judge_cases(struct case_list *to);
void add_map_cases(struct case_list *to);
void add_match_cases(struct case_list *to);
void add_pattern_cases(struct case_list *to);
void add_shadow_cases(struct case_list *to);
void add_ssh_key_cases(struct case_list *to);
void add_stamp_cases(struct case_list *to);
void add_text_cases(struct case_list *to);
void add_trace_cases(struct case_list *to);
void add_ways_cases(struct case_list *to);
void add_whose_cases(struct case_list *to);

/* A folder of our own, mode 0700, and the path of the file last written. */
struct folder {
	char path[256];
	char file[1024];
};

void folder_make(struct folder *f);
void folder_remove(struct folder *f);

/* Write a file with mode 0644; returns its path, in f->file. */
const char *folder_write(
    struct folder *f, const char *name, const void *bytes, size_t len);
const char *folder_text(struct folder *f, const char *name, const char *text);

/* Classes out of a text that must be right. */
struct stssl_classes *classes_of(const char *text);

#endif
