/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of a PAM service file: from bytes to lines, from a line to fields,
 * with the rules of libpam for comments, continued lines and brackets.
 */
#ifndef STSSLCTL_STACK_TEXT_H
#define STSSLCTL_STACK_TEXT_H

#include "stsslctl/stack.h"

struct stack_text {
	const char *at;
	unsigned line; /* where the last line began */
	unsigned next; /* the line that `at` is in */
	char text[STACK_LINE + 1];
};

/* Begin with a text that a NUL ends. */
void stack_text_init(struct stack_text *t, const char *text);

/*
 * Put the next line with its continuations, without comment, into t->text.
 * Returns 1; 0 at the end; -E2BIG when it is too long; -ENODATA when the file
 * ends in a line that is to be continued: libpam gives up then.
 */
int stack_text_next(struct stack_text *t);

/*
 * The next field of a line, cut out of it; NULL when there is none.  What
 * stands in brackets is one field, and comes without them.
 */
char *stack_text_field(char **line);

#endif
