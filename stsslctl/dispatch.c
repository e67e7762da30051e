/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libpam's rules, as pam.conf(5) describes them and as the tests compare them
 * with the real one.
 */
#include <config.h>
#include "stsslctl/dispatch.h"

#include <string.h>

enum impression {
	UNDECIDED,
	POSITIVE,
	NEGATIVE
};

/* The result of the lines so far. */
struct state {
	enum impression impression;
	enum control_code status;
};

struct run {
	const struct stack *stack;
	struct dispatch *d;
	struct state now;
	struct state entered[STACK_DEPTH + 1]; /* by level: before a substack */
};

/* The next line of this phase from `i` on; the stack's count at the end. */
static size_t
skip_to(const struct run *run, size_t i)
{
	while (i < run->stack->count &&
	       run->stack->lines[i].phase != run->d->phase)
		i++;
	return i;
}

/* The line behind `i`, as long as it is at this level or deeper. */
static bool
next_inside(const struct run *run, size_t *i, unsigned level)
{
	size_t next = skip_to(run, *i + 1);

	if (next >= run->stack->count || run->stack->lines[next].level < level)
		return false;
	*i = next;
	return true;
}

/* A broken line fails, whatever d->said has for it. */
static enum control_code
ask(const struct run *run, size_t i)
{
	run->d->asked[i] = true;
	if (run->stack->lines[i].kind == STACK_BROKEN)
		run->d->said[i] = CODE_PERM_DENIED;
	return run->d->said[i];
}

/* The answer that decides where to go on. */
static enum control_code
path_answer(const struct run *run, size_t i)
{
	const struct dispatch *before = run->d->before;

	return before != NULL && before->asked[i] ? before->said[i]
						  : run->d->said[i];
}

/* A success counts unless a failure came before. */
static void
take_good(struct run *run, enum control_code said, enum control_code path)
{
	struct state *s = &run->now;

	if (s->impression == NEGATIVE ||
	    (s->impression == POSITIVE && s->status != CODE_SUCCESS))
		return;
	if (said == CODE_IGNORE && path != said)
		return;
	s->impression = POSITIVE;
	s->status = said;
}

/* The first failure is the one that counts. */
static void
take_bad(struct run *run, enum control_code said)
{
	struct state *s = &run->now;

	if (s->impression == NEGATIVE)
		return;
	s->impression = NEGATIVE;
	s->status = said == CODE_IGNORE ? CODE_PERM_DENIED : said;
}

/* Skip `count` modules of this level; a substack counts as one. */
static size_t
jump(struct run *run, size_t i, int count)
{
	unsigned level = run->stack->lines[i].level;

	for (; count > 0 && next_inside(run, &i, level); count--)
		while (next_inside(run, &i, level + 1))
			;
	if (count > 0)
		run->now = (struct state){ NEGATIVE, CODE_PERM_DENIED };
	return i;
}

/* Skip the rest of this level. */
static size_t
leave(const struct run *run, size_t i)
{
	unsigned level = run->stack->lines[i].level;

	while (next_inside(run, &i, level))
		;
	return i;
}

/* Returns the last line that need not be looked at any more. */
static size_t
act(struct run *run, size_t i, enum control_code said, enum control_code path)
{
	const struct stack_line *line = &run->stack->lines[i];
	int action = line->control.actions[path];

	if (action > 0) {
		if (run->d->before != NULL && run->d->jumps_count)
			take_good(run, said, path);
		return jump(run, i, action);
	}
	if (action == ACTION_RESET)
		run->now = run->entered[line->level];
	if (action == ACTION_OK || action == ACTION_DONE)
		take_good(run, said, path);
	if (action == ACTION_BAD || action == ACTION_DIE)
		take_bad(run, said);
	if (action == ACTION_DIE ||
	    (action == ACTION_DONE && run->now.impression == POSITIVE))
		return leave(run, i);
	return i;
}

enum control_code
dispatch_run(const struct stack *stack, struct dispatch *d)
{
	struct run run = {
		.stack = stack, .d = d, .now = { UNDECIDED, CODE_PERM_DENIED }
	};
	unsigned level, before = 0;

	memset(d->asked, 0, sizeof d->asked);
	run.entered[0] = run.now;
	for (size_t i = skip_to(&run, 0); i < stack->count;
	     i = skip_to(&run, i + 1), before = level) {
		enum control_code said;

		level = stack->lines[i].level;
		if (level > before)
			run.entered[level] = run.now;
		if (stack->lines[i].kind == STACK_SUBSTACK)
			continue;
		said = ask(&run, i);
		i = act(&run, i, said, path_answer(&run, i));
	}
	if (run.now.status == CODE_SUCCESS && run.now.impression != POSITIVE)
		return CODE_PERM_DENIED;
	return run.now.status;
}
