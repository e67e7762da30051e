/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of test-x509, each with its list of cases.
 */
#ifndef TESTS_TEST_X509_H
#define TESTS_TEST_X509_H

#include "status/record.h"
#include "status/words.h"
#include "tests/certificates.h"
#include "tests/test.h"

#define X509_CASES_MAX 32

/* Each copies its cases to `ret` and returns how many. */
size_t chain_cases(struct test_case *ret);
size_t inquiry_cases(struct test_case *ret);
size_t kept_cases(struct test_case *ret);
size_t leaf_cases(struct test_case *ret);
size_t list_cases(struct test_case *ret);
size_t list_file_cases(struct test_case *ret);
size_t name_cases(struct test_case *ret);
size_t ocsp_cases(struct test_case *ret);
size_t part_cases(struct test_case *ret);
size_t path_cases(struct test_case *ret);
size_t program_cases(struct test_case *ret);
size_t raw_cases(struct test_case *ret);
size_t record_cases(struct test_case *ret);
size_t rollover_cases(struct test_case *ret);

/* Describe a leaf that `edit` changes; ends with stssl_record_done(). */
void x509_describe_made(
    making_edit edit, enum stssl_failure verdict, struct stssl_record *record);

#endif
