/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/test-helper-process.h"

#include "helper/log.h"

static size_t (*const parts[])(struct test_case *ret) = {
	config_cases,
	message_cases,
	registry_cases,
	inbox_cases,
	advisor_cases,
	answer_cases,
	admission_cases,
	penalties_cases,
	lookups_cases,
	names_cases,
	ocsp_cases,
	review_cases,
	reload_cases,
	monitor_cases,
/* The sanitizers' runtime does what no role may. */
#ifndef STSSL_SANITIZED
	sandbox_cases,
#endif
};

int
main(void)
{
	struct test_case cases[ROWS(parts) * CASES_MAX];
	size_t count = 0;

	log_open(LOG_TARGET_STDERR, "test", true);
	for (size_t i = 0; i < ROWS(parts); i++)
		count += parts[i](cases + count);
	return test_main("helper-process", cases, count);
}
