/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The log on standard error: one line each, and nobody waits for it.
 */
#include <config.h>
#include "helper/base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/capture.h"
#include "tests/test.h"

/* What the log writes to stderr about this text. */
static void
log_to(char *buf, size_t size, const char *text)
{
	struct capture capture = capture_begin();

	log_open(LOG_TARGET_STDERR, "test", false);
	log_info("name=%s", text);
	capture_end(&capture, buf, size);
	ck_assert_str_ne(buf, "");
}

/* Even where nobody has quoted it. */
START_TEST(a_line_of_the_log_is_one_whatever_is_in_it)
{
	static char long_text[20000];
	char line[8192];

	log_to(line, sizeof line, "a\nb\r\033[2J\177\t%s");
	ck_assert_str_eq(strstr(line, "name="), "name=a?b??[2J??%s\n");
	memset(long_text, 'x', sizeof long_text - 1);
	log_to(line, sizeof line, long_text);
	ck_assert_uint_lt(strlen(line), sizeof line - 1);
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
}
END_TEST

/* A pipe with room for nothing more, instead of stderr. */
START_TEST(a_log_that_nobody_reads_is_not_waited_for)
{
	static const char bytes[4096];
	int pair[2], saved = dup(STDERR_FILENO);

	ck_assert_int_eq(pipe2(pair, O_NONBLOCK), 0);
	while (write(pair[1], bytes, sizeof bytes) > 0)
		;
	while (write(pair[1], bytes, 1) > 0)
		;
	ck_assert_int_eq(fcntl(pair[1], F_SETFL, 0), 0);
	ck_assert_int_ne(dup2(pair[1], STDERR_FILENO), -1);
	log_open(LOG_TARGET_STDERR, "test", false);
	log_info("lost");
	ck_assert_int_ne(dup2(saved, STDERR_FILENO), -1);
	(void)close(pair[0]);
	(void)close(pair[1]);
	(void)close(saved);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_line_of_the_log_is_one_whatever_is_in_it, 0 },
		{ a_log_that_nobody_reads_is_not_waited_for, 0 },
	};

	return test_main("log", cases, ROWS(cases));
}
