/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl: finds the subcommand and hands over to it.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "stsslctl/command.h"

static const struct command *const commands[] = {
	&command_check,
	&command_explain,
	&command_matrix,
	&command_identity,
	&command_digest,
	&command_who,
	&command_kick,
	&command_pardon,
	&command_reload,
	&command_metrics,
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static enum command_status
usage(void)
{
	(void)fputs(
	    "usage: stsslctl [-V | --help] SUBCOMMAND [ARGUMENTS]\n", stderr);
	return COMMAND_UNKNOWN;
}

static enum command_status
help(void)
{
	(void)puts("usage: stsslctl SUBCOMMAND [ARGUMENTS]\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)printf(
		    "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	(void)puts("\nstsslctl(8) has all of it.");
	return COMMAND_FINE;
}

static enum command_status
version(void)
{
	(void)puts("stsslctl " PACKAGE_VERSION);
	return COMMAND_FINE;
}

static const struct {
	const char *option;
	enum command_status (*run)(void);
} options[] = {
	{ "-V", version },
	{ "--version", version },
	{ "-h", help },
	{ "--help", help },
};

/* What could not be written, such as to a full disk, was not said. */
static enum command_status
finish(enum command_status status)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return status;
	(void)fputs("stsslctl: cannot write to standard output\n", stderr);
	return COMMAND_UNKNOWN;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return (int)usage();
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (argc == 2 && strcmp(argv[1], options[i].option) == 0)
			return (int)finish(options[i].run());
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return (int)finish(
			    commands[i]->run(argc - 1, argv + 1));
	return (int)usage();
}
