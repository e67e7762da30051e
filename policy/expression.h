/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bounds for regular expressions that are matched against what strangers say.
 */
#ifndef POLICY_EXPRESSION_H
#define POLICY_EXPRESSION_H

#include <stdbool.h>

/* Parts, with those that repeat written out. */
#define STSSL_EXPRESSION_PARTS 512
/* Repetitions inside of each other: "(.*,)?" has two. */
#define STSSL_EXPRESSION_LEVELS 2

/*
 * False when an extended regular expression has more of them than that, or more
 * than 31 parentheses inside of each other.  Whether it is one at all is for
 * regcomp(3) to say.
 */
bool stssl_expression_is_cheap(const char *expression);

#endif
