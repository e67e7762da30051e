/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl: finds the subcommand, reads its options, and calls it.
 */
#include <config.h>

#include <assert.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "setup/config.h"
#include "status/query.h"
#include "stsslctl/command.h"
#include "stsslctl/stack.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define OPTIONS_MAX  16
/* getopt_long() returns the index in `options` plus this. */
#define FIRST 256
/* The subcommand itself looks how many words there are. */
#define ANY_WORDS -1

/* All options: an option means the same in every subcommand. */
static const struct {
	const char *name;
	bool is_flag;
	size_t offset;
} options[] = {
#define FLAG(member) true, offsetof(struct arguments, member)
#define TEXT(member) false, offsetof(struct arguments, member)
	{ "by", TEXT(by) },
	{ "ca", TEXT(ca) },
	{ "certificate", TEXT(certificate) },
	{ "classes", TEXT(classes) },
	{ "clear", FLAG(clear) },
	{ "config", TEXT(config) },
	{ "crl", TEXT(crl) },
	{ "directory", TEXT(directory) },
	{ "from", TEXT(from) },
	{ "html", TEXT(html) },
	{ "json", FLAG(json) },
	{ "module-dir", TEXT(module_dir) },
	{ "pam", TEXT(pam) },
	{ "pam-dir", TEXT(pam_dir) },
	{ "penalties", FLAG(penalties) },
	{ "plain", FLAG(plain) },
	{ "service", TEXT(service) },
	{ "shared", FLAG(shared) },
	{ "socket", TEXT(socket) },
	{ "text", FLAG(text) },
	{ "tls", TEXT(tls) },
	{ "user", TEXT(user) },
#undef FLAG
#undef TEXT
};

static const struct command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;   /* for --help */
	const char *options[OPTIONS_MAX];
	int words;
	command_function *run;
} commands[] = {
	{ "check",
	    "[--json] [--config FILE] [--classes FILE]\n"
	    "       stsslctl check --pam SERVICE [--json] [--pam-dir DIR] "
	    "[--module-dir DIR]",
	    "look for mistakes in the configuration or a PAM service",
	    { "json", "config", "classes", "pam", "pam-dir", "module-dir" }, 0,
	    command_check },
	{ "explain",
	    "--user USER [--service SERVICE] [--from ADDRESS] [--json]\n"
	    "           [--clear | --tls 1.2|1.3] "
	    "[--certificate FILE [--ca FILE [--crl FILE]]]\n"
	    "           [--classes FILE] [--config FILE]",
	    "what would be decided for a login, and why",
	    { "json", "classes", "user", "service", "from", "clear", "tls",
		"certificate", "ca", "crl", "config" },
	    0, command_explain },
	{ "matrix", "[--json | --html FILE] [--classes FILE]",
	    "the policy as a table", { "json", "classes", "html" }, 0,
	    command_matrix },
	{ "identity",
	    "list [--json] [--directory DIR | --classes FILE]\n"
	    "       stsslctl identity show USER [--json] "
	    "[--directory DIR | --classes FILE]\n"
	    "       stsslctl identity add USER FILE.pem [--by cert|spki] "
	    "[--shared]\n"
	    "           [--directory DIR | --classes FILE]\n"
	    "       stsslctl identity remove USER FILE.pem|ENTRY\n"
	    "           [--directory DIR | --classes FILE]",
	    "which certificates belong to a user",
	    { "json", "shared", "by", "directory", "classes" }, ANY_WORDS,
	    command_identity },
	{ "digest", "[--json] [--text] [--classes FILE]",
	    "a fingerprint of the policy", { "classes", "json", "text" }, 0,
	    command_digest },
	{ "who", "[--penalties] [--json] [--socket PATH]",
	    "the sessions that there are now, or the penalties",
	    { "penalties", "json", "socket" }, 0, command_who },
	{ "kick", "SESSION [--socket PATH]", "end a session", { "socket" }, 1,
	    command_kick },
	{ "pardon", "ADDRESS [--socket PATH]", "lift the penalty of an address",
	    { "socket" }, 1, command_pardon },
	{ "reload", "[--socket PATH]",
	    "have the helper load its configuration and files anew",
	    { "socket" }, 0, command_reload },
	{ "metrics", "[--plain] [--socket PATH]",
	    "counters as OpenMetrics text", { "plain", "socket" }, 0,
	    command_metrics },
};

static enum command_status
usage(void)
{
	(void)fputs(
	    "usage: stsslctl [-V | --help] SUBCOMMAND [ARGUMENTS]\n", stderr);
	return COMMAND_UNKNOWN;
}

static enum command_status
usage_of(const struct command *c)
{
	(void)fprintf(stderr, "usage: stsslctl %s %s\n", c->name, c->arguments);
	return COMMAND_UNKNOWN;
}

static enum command_status
help(void)
{
	(void)puts("usage: stsslctl SUBCOMMAND [ARGUMENTS]\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		(void)printf(
		    "  %-10s %s\n", commands[i].name, commands[i].summary);
	(void)puts("\nstsslctl(8) has all of it.");
	return COMMAND_FINE;
}

static enum command_status
version(void)
{
	(void)puts("stsslctl " PACKAGE_VERSION);
	return COMMAND_FINE;
}

/* An answer that cannot be written, to a full disk perhaps, is none. */
static enum command_status
finish(enum command_status status)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return status;
	(void)fputs("stsslctl: cannot write to standard output\n", stderr);
	return COMMAND_UNKNOWN;
}

/* An option as getopt_long(3) wants it. */
static struct option
option_of(const char *name)
{
	size_t i = 0;

	while (strcmp(options[i].name, name) != 0) {
		i++;
		assert(i < COUNT(options));
	}
	return (struct option){ name,
		options[i].is_flag ? no_argument : required_argument, NULL,
		FIRST + (int)i };
}

/* False when an option is unknown, ambiguous, or without its argument. */
static bool
parse(const struct command *c, int argc, char **argv, struct arguments *ret)
{
	struct option table[OPTIONS_MAX + 1] = { 0 };
	int found;

	for (size_t i = 0; c->options[i] != NULL; i++)
		table[i] = option_of(c->options[i]);
	opterr = 0;
	optind = 0;
	while ((found = getopt_long(argc, argv, "", table, NULL)) != -1) {
		void *to;

		if (found < FIRST)
			return false;
		to = (char *)ret + options[found - FIRST].offset;
		if (options[found - FIRST].is_flag)
			*(bool *)to = true;
		else
			*(const char **)to = optarg;
	}
	ret->words = argv + optind;
	ret->count = argc - optind;
	return c->words == ANY_WORDS || c->words == ret->count;
}

static enum command_status
run(const struct command *c, int argc, char **argv)
{
	struct arguments a = { .config = HELPER_CONF,
		.pam_dir = STACK_DIR,
		.socket = STSSL_STATUS_SOCKET };
	enum command_status status = COMMAND_USAGE;

	if (parse(c, argc, argv, &a))
		status = c->run(&a);
	return finish(status == COMMAND_USAGE ? usage_of(c) : status);
}

static const struct {
	const char *option;
	enum command_status (*run)(void);
} answers[] = {
	{ "-V", version },
	{ "--version", version },
	{ "-h", help },
	{ "--help", help },
};

int
main(int argc, char **argv)
{
	if (argc < 2)
		return (int)usage();
	for (size_t i = 0; i < COUNT(answers); i++)
		if (argc == 2 && strcmp(argv[1], answers[i].option) == 0)
			return (int)finish(answers[i].run());
	for (size_t i = 0; i < COUNT(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return (int)run(&commands[i], argc - 1, argv + 1);
	return (int)usage();
}
