/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The helper's processes under test, one file for each part.  Each function
 * writes its cases to `ret` and returns how many there are.
 */
#ifndef TESTS_TEST_HELPER_PROCESS_H
#define TESTS_TEST_HELPER_PROCESS_H

#include <stddef.h>

#include "tests/test.h"

/* More than any of them has. */
#define CASES_MAX 24

/* What is logged from now on is kept, and not shown. */
void capture_log(void);

/* All of it so far. */
const char *captured_log(void);

size_t message_cases(struct test_case *ret);
size_t registry_cases(struct test_case *ret);
size_t inbox_cases(struct test_case *ret);
size_t advisor_cases(struct test_case *ret);
size_t answer_cases(struct test_case *ret);
size_t askers_cases(struct test_case *ret);
size_t listing_cases(struct test_case *ret);
size_t admission_cases(struct test_case *ret);
size_t penalties_cases(struct test_case *ret);
size_t penalty_table_cases(struct test_case *ret);
size_t lookups_cases(struct test_case *ret);
size_t names_cases(struct test_case *ret);
size_t inquiries_cases(struct test_case *ret);
size_t ocsp_cases(struct test_case *ret);
size_t review_cases(struct test_case *ret);
size_t reload_cases(struct test_case *ret);
size_t keyholders_cases(struct test_case *ret);
size_t log_cases(struct test_case *ret);
size_t sandbox_cases(struct test_case *ret);
size_t monitor_cases(struct test_case *ret);

#endif
