/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines and fields of a PAM service file.
 */
#include <config.h>
#include "stsslctl/stack_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define BLANKS " \n\t"

void
stack_text_init(struct stack_text *t, const char *text)
{
	*t = (struct stack_text){ .at = text, .next = 1 };
}

/* The part of a line that counts. */
struct piece {
	const char *text;
	size_t len;
	bool continued;
};

/* A comment ends at its line, even if that ends in a backslash. */
static struct piece
next_piece(struct stack_text *t)
{
	size_t len = strcspn(t->at, "\n"), used = strcspn(t->at, "#\n");
	struct piece p = { t->at, used, false };

	t->at += len;
	if (*t->at == '\n') {
		t->at++;
		t->next++;
	}
	if (used < len)
		return p;
	while (p.len > 0 && isspace((unsigned char)p.text[p.len - 1]))
		p.len--;
	if (p.len > 0 && p.text[p.len - 1] == '\\') {
		p.continued = true;
		p.len--;
	}
	return p;
}

static int
append(struct stack_text *t, size_t *used, const struct piece *p)
{
	if (p->len + 1 > STACK_LINE - *used)
		return -E2BIG;
	memcpy(t->text + *used, p->text, p->len);
	*used += p->len;
	if (p->continued)
		t->text[(*used)++] = ' ';
	t->text[*used] = '\0';
	return 0;
}

int
stack_text_next(struct stack_text *t)
{
	size_t used = 0;
	bool begun = false;

	while (*t->at != '\0') {
		unsigned line = t->next;
		struct piece p = next_piece(t);

		/* Empty lines are skipped, also between continued ones. */
		if (!p.continued && strspn(p.text, BLANKS) >= p.len)
			continue;
		if (!begun)
			t->line = line;
		begun = true;
		if (append(t, &used, &p) < 0)
			return -E2BIG;
		if (!p.continued)
			return 1;
	}
	return begun ? -ENODATA : 0;
}

/* Cuts at the first ']' that has no backslash in front. */
static char *
cut_bracket(char **line)
{
	char *from = *line + 1, *to = from, *at = from;

	for (; *at != '\0' && *at != ']'; at++) {
		if (*at == '\\' && at[1] == ']')
			at++;
		*to++ = *at;
	}
	*line = at + (*at != '\0');
	*to = '\0';
	return from;
}

char *
stack_text_field(char **line)
{
	char *from = *line + strspn(*line, BLANKS), *end;

	*line = from;
	if (*from == '\0')
		return NULL;
	if (*from == '[')
		return cut_bracket(line);
	end = from + strcspn(from, BLANKS);
	*line = end + (*end != '\0');
	*end = '\0';
	return from;
}
