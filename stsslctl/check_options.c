/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module's arguments in a PAM service, read as the module reads them: with
 * a mistake in them it refuses everybody.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <stdlib.h>
#include <string.h>

#include "policy/options.h"
#include "status/quote.h"
#include "stsslctl/output.h"
#include "stsslctl/play.h"

/* The words of `text`, which is cut up for them. */
static int
split(char *text, const char *words[])
{
	char *rest = NULL;
	int count = 0;

	for (char *word = strtok_r(text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	return count;
}

/* The classes that a line names in place of those that `check` looks at. */
static void
check_file(const char *path, struct findings *findings)
{
	struct stssl_classes *classes;
	struct stssl_error error;

	if (strcmp(path, STSSL_CLASSES_CONF) == 0)
		return;
	if (stssl_classes_read(path, &classes, &error) < 0)
		findings_add_conf(findings, FINDING_ERROR, path, &error);
	else
		(void)stssl_classes_free(classes);
}

static void
check_line(const struct stack_line *l, struct findings *findings)
{
	char *text = output_copy(l->arguments), quoted[STSSL_QUOTE_MAX];
	/* A blank is in front of each word. */
	const char **words = calloc(strlen(text) / 2 + 1, sizeof *words), *bad;
	struct stssl_options options;

	if (words == NULL)
		output_no_memory();
	if (stssl_options_parse(split(text, words), words, &options, &bad) < 0)
		findings_add(findings, FINDING_ERROR, l->file, l->line,
		    "bad argument %s: pam_stssl.so refuses everybody",
		    stssl_quote(quoted, sizeof quoted, bad));
	else
		check_file(options.classes, findings);
	free(words);
	free(text);
}

void
check_options(const struct play *p, struct findings *findings)
{
	for (size_t i = 0; i < p->stack.count; i++)
		if (p->stack.lines[i].does == MODULE_OURS)
			check_line(&p->stack.lines[i], findings);
}
