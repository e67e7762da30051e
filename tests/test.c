/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/test.h"

#include <stdlib.h>

/* Long enough for sanitizers on a busy machine; a hang still ends. */
#define CASE_SECONDS 60

int
test_main(const char *name, const struct test_case *cases, size_t count)
{
	Suite *suite = suite_create(name);
	SRunner *runner;

	for (size_t i = 0; i < count; i++) {
		TCase *tcase = tcase_create(cases[i].test->name);
		int rows = cases[i].rows == 0 ? 1 : (int)cases[i].rows;

		tcase_set_timeout(tcase, CASE_SECONDS);
		tcase_add_loop_test(tcase, cases[i].test, 0, rows);
		suite_add_tcase(suite, tcase);
	}

	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	srunner_free(runner);

	/* The report tells of failures; only accidents change the status. */
	return EXIT_SUCCESS;
}
