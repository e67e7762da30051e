/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Cuts a PAM service file into lines, and a line into fields, by libpam's rules
 * for comments, continued lines and brackets.
 */
#ifndef STSSLCTL_STACK_TEXT_H
#define STSSLCTL_STACK_TEXT_H

/* Length of a line with its continuations; libpam 1.5 has the same bound. */
#define STACK_LINE 1023

struct stack_text {
	const char *at;
	unsigned line; /* number of the last line's first line */
	unsigned next; /* number of the line at `at` */
	char text[STACK_LINE + 1];
};

/* Start at the beginning of `text`, which is borrowed. */
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
