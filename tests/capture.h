/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is written to stderr meanwhile.
 */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

#include <stddef.h>
#include <unistd.h>

#include "tests/test.h"

struct capture {
	int saved, from;
};

static inline struct capture
capture_begin(void)
{
	struct capture c = { .saved = dup(STDERR_FILENO) };
	int pair[2];

	ck_assert_int_eq(pipe(pair), 0);
	ck_assert_int_ne(dup2(pair[1], STDERR_FILENO), -1);
	(void)close(pair[1]);
	c.from = pair[0];
	return c;
}

/* All of it has to fit a pipe. */
static inline void
capture_end(const struct capture *c, char *ret, size_t size)
{
	ssize_t n;

	ck_assert_int_ne(dup2(c->saved, STDERR_FILENO), -1);
	(void)close(c->saved);
	n = read(c->from, ret, size - 1);
	ck_assert_int_ge((int)n, 0);
	ret[n] = '\0';
	(void)close(c->from);
}

#endif
