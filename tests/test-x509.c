/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Certificates and revocation lists: what is good, and why what is not.
 */
#include <config.h>
#include "tests/test-x509.h"

int
main(void)
{
	struct test_case cases[16 * X509_CASES_MAX];
	size_t count = 0;

	count += chain_cases(cases + count);
	count += inquiry_cases(cases + count);
	count += kept_cases(cases + count);
	count += leaf_cases(cases + count);
	count += list_cases(cases + count);
	count += list_file_cases(cases + count);
	count += name_cases(cases + count);
	count += ocsp_cases(cases + count);
	count += part_cases(cases + count);
	count += path_cases(cases + count);
	count += program_cases(cases + count);
	count += raw_cases(cases + count);
	count += record_cases(cases + count);
	count += rollover_cases(cases + count);
	return test_main("x509", cases, count);
}
