/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What every libcheck program of ours does the same: a list of cases, TAP out.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <check.h>
#include <stddef.h>

/* A test and how often it runs, with _i from 0: once for 0 rows. */
struct test_case {
	const TTest *test;
	size_t rows;
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Run `count` cases of suite `name`; returns the exit status for main(). */
int test_main(const char *name, const struct test_case *cases, size_t count);

#endif
