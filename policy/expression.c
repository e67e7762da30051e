/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a regular expression costs before it is compiled.  regcomp(3) writes a
 * part that repeats once for each time, and what is inside of it, too, and goes
 * all ways through a repetition of repetitions, so that a short expression can
 * take all memory and time there is.
 */
#include <config.h>
#include "policy/expression.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define DIGITS    "0123456789"

/* Parts of an expression, by how many parentheses are open around them. */
struct cost {
	const char *at;
	unsigned long sums[DEPTH_MAX];
	size_t depth;
	unsigned long last; /* the part that a sign for repetition is about */
};

/* "{2}", "{2,5}" or "{2,}" at `brace`: how often it is written. */
static unsigned long
repeats(const char *brace)
{
	unsigned long low = strtoul(brace + 1, NULL, 10), high = 0;
	const char *comma = brace + 1 + strspn(brace + 1, DIGITS);

	if (*comma == ',')
		high = isdigit((unsigned char)comma[1])
			   ? strtoul(comma + 1, NULL, 10)
			   : low + 1;
	if (high > STSSL_EXPRESSION_PARTS || low > STSSL_EXPRESSION_PARTS)
		return STSSL_EXPRESSION_PARTS + 1;
	return high > low ? high : low > 0 ? low : 1;
}

/* The last character of "[...]"; of the whole text when it does not end. */
static const char *
bracket_end(const char *p)
{
	p++;
	p += *p == '^';
	p += *p == ']';
	for (; *p != '\0' && *p != ']'; p++) {
		/* "[:alpha:]" and its like may have a ] in them. */
		if (*p == '[' && p[1] != '\0' && strchr(":.=", p[1]) != NULL) {
			const char end[] = { p[1], ']', '\0' };
			const char *close = strstr(p + 2, end);

			if (close == NULL)
				return p + strlen(p) - 1;
			p = close + 1;
		}
	}
	return *p == ']' ? p : p - 1;
}

static void
start_part(struct cost *c, unsigned long parts)
{
	c->sums[c->depth] += c->last;
	c->last = parts;
}

/* One character; false when there are too many parentheses. */
static bool
step(struct cost *c)
{
	switch (*c->at) {
	case '(':
		start_part(c, 0);
		if (++c->depth == DEPTH_MAX)
			return false;
		c->sums[c->depth] = 1;
		return true;
	case ')':
		start_part(c, 0);
		if (c->depth > 0)
			c->last = c->sums[c->depth--];
		return true;
	case '+':
	case '*':
	case '?':
		c->last *= 2;
		return true;
	case '{':
		c->last *= repeats(c->at);
		return true;
	case '[':
		start_part(c, 1);
		c->at = bracket_end(c->at);
		return true;
	case '\\':
		start_part(c, 1);
		c->at += c->at[1] != '\0';
		return true;
	default:
		start_part(c, 1);
		return true;
	}
}

bool
stssl_expression_is_cheap(const char *expression)
{
	struct cost c = { .at = expression };

	for (; *c.at != '\0'; c.at++)
		if (!step(&c) || c.last > STSSL_EXPRESSION_PARTS ||
		    c.sums[c.depth] > STSSL_EXPRESSION_PARTS)
			return false;
	while (c.depth > 0) {
		start_part(&c, 0);
		c.last = c.sums[c.depth--];
	}
	return c.sums[0] + c.last <= STSSL_EXPRESSION_PARTS;
}
