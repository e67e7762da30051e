/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds a stack from service files: follows include, substack and Debian's
 * @include, and notes what libpam would stumble over.
 */
#include <config.h>
#include "stsslctl/stack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/ascii.h"
#include "status/quote.h"
#include "status/tools/file.h"
#include "stsslctl/access.h"
#include "stsslctl/output.h"
#include "stsslctl/stack_text.h"

#define FILE_MAX (1024 * 1024)

/* One file that is being read. */
struct reading {
	struct stack *stack;
	struct findings *findings;
	const char *dir;
	char *file;
	unsigned depth;
	unsigned level;
	bool any; /* take lines of every phase, not only of `phase` */
	enum stack_phase phase;
	unsigned line;
};

static const char *const phases[STACK_PHASE_COUNT] = {
	[STACK_AUTH] = "auth",
	[STACK_ACCOUNT] = "account",
	[STACK_SESSION] = "session",
	[STACK_PASSWORD] = "password",
};

const char *
stack_module_name(const struct stack_line *line)
{
	const char *slash = strrchr(line->module, '/');

	return slash == NULL ? line->module : slash + 1;
}

bool
stack_has_argument(const struct stack_line *line, const char *word)
{
	size_t len = strlen(word);
	const char *at = line->arguments;

	while ((at = strstr(at, word)) != NULL) {
		if (at[-1] == ' ' && (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

static void
complain(const struct reading *r, const char *what, const char *text)
{
	char quoted[STSSL_QUOTE_MAX];

	if (text == NULL)
		findings_add(
		    r->findings, FINDING_ERROR, r->file, r->line, "%s", what);
	else
		findings_add(r->findings, FINDING_ERROR, r->file, r->line,
		    "%s %s", what, stssl_quote(quoted, sizeof quoted, text));
}

/* The rest of a line, which may be NULL, with one blank before each word. */
static char *
read_arguments(char *rest)
{
	size_t size = (rest == NULL ? 0 : strlen(rest)) + 2, len = 0;
	char *text = calloc(1, size), *word;

	if (text == NULL)
		output_no_memory();
	while (rest != NULL && (word = stack_text_field(&rest)) != NULL)
		len += (size_t)snprintf(text + len, size - len, " %s", word);
	return text;
}

/* `rest` is the text behind the module, and is changed. */
static int
add(const struct reading *r, const struct stack_line *like, const char *module,
    char *rest)
{
	struct stack *stack = r->stack;
	struct stack_line *line;

	if (stack->count == STACK_LINES) {
		complain(r, "more lines than are looked at", NULL);
		return -E2BIG;
	}
	stack->lines =
	    realloc(stack->lines, (stack->count + 1) * sizeof *stack->lines);
	if (stack->lines == NULL)
		output_no_memory();
	line = &stack->lines[stack->count++];
	*line = *like;
	line->level = r->level;
	line->module = output_copy(module);
	line->arguments = read_arguments(rest);
	line->file = output_copy(r->file);
	line->line = r->line;
	return 0;
}

/* Adds a line that always fails, because of a mistake in it. */
static int
broken(const struct reading *r, struct stack_line *line, const char *what,
    const char *text)
{
	complain(r, what, text);
	line->kind = STACK_BROKEN;
	control_default(&line->control, ACTION_BAD);
	return add(r, line, "", NULL);
}

static int read_file(struct reading *r, const char *name);

/*
 * Add the lines of the included file instead of this line, or a line that fails
 * if it cannot be read.
 */
static int
include(const struct reading *r, struct stack_line *line, const char *name,
    bool substack, bool any)
{
	struct reading inner = *r;
	int e;

	if (name == NULL) {
		complain(r, "nothing to include", NULL);
		return any ? -EBADMSG : add(r, line, "", NULL);
	}
	if (substack) {
		line->kind = STACK_SUBSTACK;
		e = add(r, line, name, NULL);
		if (e < 0)
			return e;
		inner.level++;
	}
	inner.any = any && r->any;
	inner.phase = line->phase;
	inner.depth++;
	e = read_file(&inner, name);
	if (e == 0 || e == -E2BIG)
		return e;
	if (!any || !r->any)
		return broken(r, line, "cannot include", name);
	/* After a failed @include libpam gives up. */
	complain(r, "cannot include", name);
	return -EBADMSG;
}

static bool
parse_phase(const char *word, enum stack_phase *ret)
{
	for (int i = 0; i < STACK_PHASE_COUNT; i++)
		if (stssl_same_text(word, phases[i])) {
			*ret = (enum stack_phase)i;
			return true;
		}
	return false;
}

/* The control field and what comes behind it. */
static int
read_rest(const struct reading *r, struct stack_line *line, char *rest,
    const char *bad_phase)
{
	char *control = stack_text_field(&rest), *module;
	bool substack;

	if (control == NULL)
		return broken(r, line, "no control field", NULL);
	substack = stssl_same_text(control, "substack");
	if (substack || stssl_same_text(control, "include"))
		return include(
		    r, line, stack_text_field(&rest), substack, false);
	if (control_parse(control, &line->control) < 0)
		complain(r, "bad control field", control);
	if (bad_phase != NULL)
		return broken(r, line, "bad type", bad_phase);
	module = stack_text_field(&rest);
	if (module == NULL)
		return broken(r, line, "no module", NULL);
	return add(r, line, module, rest);
}

static int
read_line(const struct reading *r, char *text)
{
	struct stack_line line = { .kind = STACK_MODULE };
	char *word = stack_text_field(&text);
	bool known;

	control_fill(&line.control, ACTION_NONE);
	/* "-" only keeps libpam from logging that the module is missing. */
	line.may_miss = *word == '-';
	word += line.may_miss;
	line.phase = r->any ? STACK_AUTH : r->phase;
	if (stssl_same_text(word, "@include"))
		return include(r, &line, stack_text_field(&text), false, true);
	known = parse_phase(word, &line.phase);
	if (!r->any && line.phase != r->phase)
		return 0;
	return read_rest(r, &line, text, known ? NULL : word);
}

static int
read_lines(struct reading *r, const char *text)
{
	struct stack_text t;
	int more, e = 0;

	stack_text_init(&t, text);
	while (e == 0 && (more = stack_text_next(&t)) > 0) {
		r->line = t.line;
		e = read_line(r, t.text);
	}
	if (e < 0 || more == 0)
		return e;
	r->line = t.line;
	complain(r,
	    more == -E2BIG ? "the line is too long"
			   : "the file ends in a line to be continued",
	    NULL);
	return -EBADMSG;
}

/* For libpam it is neither a blank nor an end of a line. */
static void
check_returns(struct reading *r, const char *text)
{
	for (r->line = 1; *text != '\0'; r->line++) {
		size_t used = strcspn(text, "#\n");

		if (memchr(text, '\r', used) != NULL) {
			complain(r,
			    "a carriage return: libpam takes it for a part of "
			    "the word; let lines end in a newline alone",
			    NULL);
			return;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static int
take_text(struct reading *r, const char *text, size_t len)
{
	if (strlen(text) != len)
		return -EILSEQ;
	check_returns(r, text);
	access_check(
	    r->file, &(struct access_user){ .uid = geteuid() }, r->findings);
	return read_lines(r, text);
}

static int
read_file(struct reading *r, const char *name)
{
	char *text;
	size_t len;
	int e;

	if (r->depth >= STACK_DEPTH)
		return -ELOOP;
	r->file = name[0] == '/' ? output_copy(name)
				 : output_format("%s/%s", r->dir, name);
	r->line = 0;
	e = stssl_file_read(r->file, FILE_MAX, &text, &len);
	if (e == 0) {
		e = take_text(r, text, len);
		free(text);
	}
	free(r->file);
	return e;
}

static bool
has_phase(const struct stack *stack, enum stack_phase phase)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->lines[i].phase == phase)
			return true;
	return false;
}

static void
free_line(struct stack_line *line)
{
	free(line->module);
	free(line->arguments);
	free(line->file);
}

/* Take those lines of "other" whose phase the service does not have. */
static int
take_other(struct reading *r, const bool *missing)
{
	size_t kept = r->stack->count;
	int e = read_file(r, "other");

	/* Without "other" the phase fails. */
	if (e < 0 && e != -E2BIG)
		return e == -ENOENT ? 0 : e;
	for (size_t i = kept; i < r->stack->count; i++)
		if (missing[r->stack->lines[i].phase])
			r->stack->lines[kept++] = r->stack->lines[i];
		else
			free_line(&r->stack->lines[i]);
	r->stack->count = kept;
	return e;
}

int
stack_read(const char *dir, const char *service, struct findings *findings,
    struct stack *ret)
{
	struct stack stack = { NULL, 0 };
	struct reading r = {
		.stack = &stack, .findings = findings, .dir = dir, .any = true
	};
	bool missing[STACK_PHASE_COUNT], some = false;
	int e = read_file(&r, service);

	for (int i = 0; i < STACK_PHASE_COUNT; i++) {
		missing[i] = !has_phase(&stack, (enum stack_phase)i);
		some = some || missing[i];
	}
	if (e == 0 && some)
		e = take_other(&r, missing);
	if (e < 0) {
		stack_done(&stack);
		return e;
	}
	*ret = stack;
	return 0;
}

void
stack_done(struct stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		free_line(&stack->lines[i]);
	free(stack->lines);
	*stack = (struct stack){ NULL, 0 };
}
