/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Estimates the cost of a regular expression before it is compiled.  regcomp(3)
 * writes out each part as often as it repeats, and tries all ways through
 * repetitions inside of repetitions.  So a short expression could take all
 * memory and time there is.
 */
#include <config.h>
#include "policy/expression.h"

#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"

#define DEPTH_MAX 32

/* Parts, written out, and how many repetitions are inside of each other. */
struct cost {
	unsigned long parts;
	unsigned levels;
};

struct walk {
	const char *at;
	struct cost sums[DEPTH_MAX]; /* for the parentheses that are open */
	size_t depth;
	struct cost last; /* the part that a sign for repetition follows */
};

/* "{2}", "{2,5}" or "{2,}" at `brace`: how often it is written. */
static unsigned long
repeats(const char *brace)
{
	unsigned long low = strtoul(brace + 1, NULL, 10), high = 0;
	const char *comma = brace + 1 + strspn(brace + 1, STSSL_DIGITS);

	if (*comma == ',')
		high = stssl_is_digit(comma[1]) ? strtoul(comma + 1, NULL, 10)
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
start_part(struct walk *w, unsigned long parts)
{
	struct cost *sum = &w->sums[w->depth];

	sum->parts += w->last.parts;
	if (sum->levels < w->last.levels)
		sum->levels = w->last.levels;
	w->last = (struct cost){ .parts = parts };
}

static void
repeat(struct walk *w, unsigned long times)
{
	w->last.parts *= times;
	w->last.levels++;
}

/* One character; false when there are too many parentheses. */
static bool
step(struct walk *w)
{
	switch (*w->at) {
	case '(':
		start_part(w, 0);
		if (++w->depth == DEPTH_MAX)
			return false;
		w->sums[w->depth] = (struct cost){ .parts = 1 };
		return true;
	case ')':
		start_part(w, 0);
		if (w->depth > 0)
			w->last = w->sums[w->depth--];
		return true;
	case '+':
	case '*':
	case '?':
		repeat(w, 2);
		return true;
	case '{':
		repeat(w, repeats(w->at));
		return true;
	case '[':
		start_part(w, 1);
		w->at = bracket_end(w->at);
		return true;
	case '\\':
		start_part(w, 1);
		w->at += w->at[1] != '\0';
		return true;
	default:
		start_part(w, 1);
		return true;
	}
}

static bool
is_cheap(const struct cost *cost)
{
	return cost->parts <= STSSL_EXPRESSION_PARTS &&
	       cost->levels <= STSSL_EXPRESSION_LEVELS;
}

/* regcomp(3) complains of parentheses that are left open. */
bool
stssl_expression_is_cheap(const char *expression)
{
	struct walk w = { .at = expression };

	for (; *w.at != '\0'; w.at++)
		if (!step(&w) || !is_cheap(&w.last) ||
		    !is_cheap(&w.sums[w.depth]))
			return false;
	start_part(&w, 0);
	return is_cheap(&w.sums[w.depth]);
}
