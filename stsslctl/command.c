/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading options by a table, and the usage line: the same for every
 * subcommand.
 */
#include <config.h>
#include "stsslctl/command.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "stsslctl/output.h"

#define OPTIONS_MAX 16
/* getopt_long() returns the index in the table plus this. */
#define FIRST 256

enum command_status
command_usage(const struct command *command)
{
	(void)fprintf(stderr, "usage: stsslctl %s%s%s\n", command->name,
	    command->arguments == NULL ? "" : " ",
	    command->arguments == NULL ? "" : command->arguments);
	return COMMAND_UNKNOWN;
}

enum command_status
command_say(const char *text)
{
	(void)fputs("stsslctl: ", stderr);
	output_text(stderr, text);
	(void)fputc('\n', stderr);
	return COMMAND_UNKNOWN;
}

enum command_status
command_cannot(const char *what, int error)
{
	(void)fputs("stsslctl: ", stderr);
	output_text(stderr, what);
	(void)fprintf(stderr, ": %s\n", strerror(-error));
	return COMMAND_UNKNOWN;
}

enum command_status
command_cannot_trust(const char *path)
{
	(void)fputs("stsslctl: ", stderr);
	output_text(stderr, path);
	(void)fputs(": can be written to by others than root\n", stderr);
	return COMMAND_UNKNOWN;
}

/* The same table as getopt_long(3) wants it; `ret` is all zero. */
static void
fill(const struct command_option *options, struct option *ret)
{
	for (int i = 0; options[i].name != NULL; i++) {
		assert(i < OPTIONS_MAX);
		ret[i].name = options[i].name;
		ret[i].has_arg =
		    options[i].text != NULL ? required_argument : no_argument;
		ret[i].val = FIRST + i;
	}
}

int
command_options(int argc, char **argv, const struct command_option *options)
{
	struct option table[OPTIONS_MAX + 1] = { 0 };
	int c;

	fill(options, table);
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c < FIRST)
			return -1;
		if (options[c - FIRST].text != NULL)
			*options[c - FIRST].text = optarg;
		else
			*options[c - FIRST].flag = true;
	}
	return optind;
}
