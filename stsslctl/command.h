/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What main() and the subcommands of stsslctl agree on.  Each subcommand is a
 * file of its own with one `struct command`; main.c lists them in a table.
 */
#ifndef STSSLCTL_COMMAND_H
#define STSSLCTL_COMMAND_H

#include <getopt.h>
#include <stdbool.h>

/* What stsslctl exits with; stsslctl(8) says for each subcommand when. */
enum command_status {
	COMMAND_FINE = 0,
	COMMAND_FOUND = 1,   /* problems found, or refused */
	COMMAND_UNKNOWN = 2, /* bad usage, or it cannot be found out */
};

struct command {
	const char *name;
	const char *arguments; /* for the usage line; NULL takes none */
	const char *summary;   /* a few words, for --help */
	/* argv[0] is the subcommand's name. */
	enum command_status (*run)(int argc, char **argv);
};

extern const struct command command_check;
extern const struct command command_digest;
extern const struct command command_explain;
extern const struct command command_identity;
extern const struct command command_kick;
extern const struct command command_reload;
extern const struct command command_matrix;
extern const struct command command_metrics;
extern const struct command command_pardon;
extern const struct command command_who;

/* Say how `command` is used, to stderr.  Returns COMMAND_UNKNOWN. */
enum command_status command_usage(const struct command *command);

/*
 * Say why there is no answer, to stderr: `text`, or `what` with a negative
 * errno.  Both escape it.  Return COMMAND_UNKNOWN.
 */
enum command_status command_say(const char *text);
enum command_status command_cannot(const char *what, int error);

/* The same for a file or directory whose owner or mode is wrong. */
enum command_status command_cannot_trust(const char *path);

/*
 * An option of a subcommand.  With `text` it takes an argument, which is put
 * there; else *flag becomes true.  A table of them ends with a NULL name.
 */
struct command_option {
	const char *name;
	const char **text;
	bool *flag;
};

/*
 * Read the options of a subcommand.  Returns the index of the first argument
 * that is no option, or -1 for an unknown option, an ambiguous one, or one
 * without its argument: the caller ends with command_usage().
 */
int command_options(
    int argc, char **argv, const struct command_option *options);

#endif
