/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl: finds the subcommand, reads its options, and calls it; says how it
 * is used, from the same tables.
 */
#include <config.h>

#include <assert.h>
#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
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

/*
 * All options: an option means the same in every subcommand.  Without `value`
 * it is a flag.  The subcommand's row has what it takes, these two apart.
 */
static const struct {
	const char *name;
	const char *value; /* for --help */
	size_t offset;
	const char *text; /* for --help */
} options[] = {
#define OPTION_HELP    0
#define OPTION_VERSION 1
#define COMMON         2
#define TO(member)     offsetof(struct arguments, member)
	{ "help", NULL, TO(help), "print this (-h, too)" },
	{ "version", NULL, TO(version), "print the version (-V, too)" },
	{ "by", "cert|spki", TO(by),
	    "name the certificate (cert, the default) or its key" },
	{ "ca", "FILE", TO(ca), "CAs, in place of those of helper.conf" },
	{ "certificate", "FILE", TO(certificate),
	    "the client shows this one, PEM or DER" },
	{ "classes", "FILE", TO(classes), "in place of classes.conf" },
	{ "clear", NULL, TO(clear), "without TLS" },
	{ "config", "FILE", TO(config), "in place of " HELPER_CONF },
	{ "crl", "FILE", TO(crl), "revocation lists for --ca" },
	{ "directory", "DIR", TO(directory),
	    "in place of the one that classes.conf names" },
	{ "edge", "NAME", TO(edge), "the Edge that the client comes through" },
	{ "etc", "DIR", TO(etc),
	    "where daemons have their files, in place of /etc" },
	{ "from", "ADDRESS", TO(from), "the client's IP address" },
	{ "html", "FILE", TO(html), "write a page of HTML; - is stdout" },
	{ "http", NULL, TO(http), "answer one HTTP request on standard input" },
	{ "json", NULL, TO(json), "print one JSON object" },
	{ "listener", "NAME", TO(listener), "the helper's listener" },
	{ "module-dir", "DIR", TO(module_dir), "where PAM modules are" },
	{ "pam", "SERVICE", TO(pam), "check the stack of this PAM service" },
	{ "pam-dir", "DIR", TO(pam_dir), "in place of " STACK_DIR },
	{ "penalties", NULL, TO(penalties),
	    "sources that failed too often, not sessions" },
	{ "plain", NULL, TO(plain), "in the text format of older collectors" },
	{ "service", "SERVICE", TO(service), "the PAM service" },
	{ "shared", NULL, TO(shared), "another user may have it, too" },
	{ "socket", "PATH", TO(socket), "in place of " STSSL_STATUS_SOCKET },
	{ "ssh-key", "FILE", TO(ssh_key),
	    "the client is sshd's, with this public key" },
	{ "text", NULL, TO(text), "what the digest is of" },
	{ "tls", "1.2|1.3", TO(tls), "the version of TLS" },
	{ "user", "USER", TO(user), "who logs in" },
#undef TO
};

/* A name may have two words; those that share the first are neighbours. */
static const struct command {
	const char *name;
	const char *arguments; /* for --help */
	const char *summary;   /* for --help */
	const char *options[OPTIONS_MAX];
	int words;
	command_function *run;
} commands[] = {
	{ "check", "",
	    "look for mistakes in the configuration or a PAM service",
	    { "json", "config", "classes", "pam", "pam-dir", "module-dir",
		"etc" },
	    0, command_check },
	{ "explain", " --user USER",
	    "what would be decided for a login, and why",
	    { "user", "service", "listener", "edge", "from", "clear", "tls",
		"certificate", "ca", "crl", "ssh-key", "classes", "config",
		"json" },
	    0, command_explain },
	{ "matrix", "", "the policy as a table", { "json", "html", "classes" },
	    0, command_matrix },
	{ "identity list", "", "the users who have an identity file",
	    { "json", "directory", "classes" }, 0, command_identity_list },
	{ "identity show", " USER", "the entries of a user's identity file",
	    { "json", "directory", "classes" }, 1, command_identity_show },
	{ "identity add", " USER FILE",
	    "let the certificate or SSH key in FILE log in as USER",
	    { "by", "shared", "directory", "classes" }, 2,
	    command_identity_add },
	{ "identity remove", " USER FILE|ENTRY",
	    "take a certificate, a key, or an entry, from a user",
	    { "directory", "classes" }, 2, command_identity_remove },
	{ "digest", "", "a fingerprint of the policy",
	    { "json", "text", "classes" }, 0, command_digest },
	{ "pin", " FILE", "the public key of a certificate, for links",
	    { "json" }, 1, command_pin },
	{ "who", "", "the sessions that there are now, or the penalties",
	    { "penalties", "json", "socket" }, 0, command_who },
	{ "kick", " SESSION", "end a session", { "socket" }, 1, command_kick },
	{ "pardon", " ADDRESS", "lift the penalty of an address", { "socket" },
	    1, command_pardon },
	{ "reload", "", "have the helper load its configuration and files anew",
	    { "socket" }, 0, command_reload },
	{ "metrics", "", "counters as OpenMetrics text",
	    { "plain", "http", "socket" }, 0, command_metrics },
};

/* Is `first` the command's name, or its first word? */
static bool
is_of(const struct command *c, const char *first)
{
	size_t len = strlen(first);

	return strncmp(c->name, first, len) == 0 &&
	       (c->name[len] == '\0' || c->name[len] == ' ');
}

static bool
takes(const struct command *c, size_t option)
{
	if (option < COMMON)
		return true;
	for (size_t i = 0; c->options[i] != NULL; i++)
		if (strcmp(c->options[i], options[option].name) == 0)
			return true;
	return false;
}

/* The subcommands; if `first` is not NULL, those that begin with it. */
static void
list(FILE *to, const char *first)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (first == NULL || is_of(&commands[i], first))
			(void)fprintf(to, "  %-16s %s\n", commands[i].name,
			    commands[i].summary);
}

static enum command_status
help(const char *first)
{
	(void)printf("usage: stsslctl %s%sSUBCOMMAND [ARGUMENT]...\n\n",
	    first == NULL ? "" : first, first == NULL ? "" : " ");
	list(stdout, first);
	(void)puts("\nEach has --help, and man stsslctl has all of it.");
	return COMMAND_FINE;
}

static enum command_status
help_of(const struct command *c)
{
	char left[32];

	(void)printf("usage: stsslctl %s [OPTION]...%s\n%s\n\n", c->name,
	    c->arguments, c->summary);
	for (size_t i = 0; i < COUNT(options); i++) {
		/* The common ones come last. */
		size_t n = (i + COMMON) % COUNT(options);
		const char *value = options[n].value;

		if (!takes(c, n))
			continue;
		(void)snprintf(left, sizeof left, "--%s%s%s", options[n].name,
		    value == NULL ? "" : " ", value == NULL ? "" : value);
		(void)printf("  %-20s %s\n", left, options[n].text);
	}
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

/* Says what is wrong with a word of the command line, and what helps. */
static enum command_status
complain(const char *command, const char *word, const char *why)
{
	command_begin(word);
	(void)fprintf(stderr, ": %s; see stsslctl %s --help\n", why, command);
	return COMMAND_UNKNOWN;
}

/*
 * `word` names no subcommand, or is missing: NULL.  Says which there are, of
 * those that begin with `first`, if that is not NULL.
 */
static enum command_status
complain_of_name(const char *first, const char *word)
{
	command_begin(word == NULL ? "a subcommand is missing" : word);
	(void)fputs(word == NULL ? "; there are\n"
				 : ": there is no such subcommand; there are\n",
	    stderr);
	list(stderr, first);
	return COMMAND_UNKNOWN;
}

/* What getopt_long(3) gave up at. */
static enum command_status
complain_of_option(const char *first, int found, const char *word)
{
	char letter[] = { '-', (char)optopt, '\0' };

	if (found == ':')
		return complain(first, word, "its value is missing");
	if (optopt >= FIRST)
		return complain(first, word, "it takes no value");
	return complain(first, optopt == 0 ? word : letter,
	    "there is no such option, or more than one");
}

/* The options of all subcommands that begin with `first`. */
static void
fill(const char *first, struct option table[static COUNT(options) + 1])
{
	for (size_t i = 0; i < COUNT(options); i++)
		for (size_t c = 0; c < COUNT(commands); c++)
			if (is_of(&commands[c], first) &&
			    takes(&commands[c], i)) {
				*table++ = (struct option){ options[i].name,
					options[i].value == NULL
					    ? no_argument
					    : required_argument,
					NULL, FIRST + (int)i };
				break;
			}
	*table = (struct option){ 0 };
}

static void
take(struct arguments *a, size_t option)
{
	void *to = (char *)a + options[option].offset;

	if (options[option].value == NULL)
		*(bool *)to = true;
	else
		*(const char **)to = optarg;
}

/*
 * Read the options behind argv[0], which is `first`.  Bit n of *ret_seen is
 * for option n.  Returns COMMAND_FINE, or says what is wrong.
 */
static enum command_status
parse(int argc, char **argv, struct arguments *ret, uint32_t *ret_seen)
{
	struct option table[COUNT(options) + 1];
	int found;

	static_assert(COUNT(options) <= 32, "one bit for each");
	fill(argv[0], table);
	opterr = 0;
	optind = 0;
	while ((found = getopt_long(argc, argv, ":hV", table, NULL)) != -1) {
		size_t option = found == 'h'   ? OPTION_HELP
				: found == 'V' ? OPTION_VERSION
					       : (size_t)found - FIRST;

		if (found == ':' || found == '?')
			return complain_of_option(
			    argv[0], found, argv[optind - 1]);
		take(ret, option);
		*ret_seen |= UINT32_C(1) << option;
	}
	ret->words = argv + optind;
	ret->count = argc - optind;
	return COMMAND_FINE;
}

/* The subcommand; of a name with two words, the second comes off a->words. */
static const struct command *
find(const char *first, struct arguments *a)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		const char *second = commands[i].name + strlen(first);

		if (!is_of(&commands[i], first))
			continue;
		if (*second == '\0')
			return &commands[i];
		if (a->count > 0 && strcmp(second + 1, a->words[0]) == 0) {
			a->words++;
			a->count--;
			return &commands[i];
		}
	}
	return NULL;
}

static enum command_status
run(const struct command *c, const struct arguments *a, uint32_t seen)
{
	char word[32];

	if (a->version)
		return version();
	if (a->help)
		return help_of(c);
	for (size_t i = 0; i < COUNT(options); i++)
		if ((seen >> i & 1) != 0 && !takes(c, i)) {
			(void)snprintf(
			    word, sizeof word, "--%s", options[i].name);
			return complain(c->name, word, "it is for others");
		}
	if (a->count < c->words)
		return complain(c->name, c->name, "an argument is missing");
	if (a->count > c->words)
		return complain(
		    c->name, a->words[c->words], "one argument too many");
	return c->run(a);
}

/* argv[0] is the first word of one or more subcommands. */
static enum command_status
dispatch(int argc, char **argv)
{
	struct arguments a = { .config = HELPER_CONF,
		.etc = "/etc",
		.pam_dir = STACK_DIR,
		.socket = STSSL_STATUS_SOCKET };
	const struct command *c;
	uint32_t seen = 0;

	if (parse(argc, argv, &a, &seen) != COMMAND_FINE)
		return COMMAND_UNKNOWN;
	c = find(argv[0], &a);
	if (c != NULL)
		return run(c, &a, seen);
	if (a.count == 0 && a.version)
		return version();
	if (a.count == 0 && a.help)
		return help(argv[0]);
	return complain_of_name(argv[0], a.count == 0 ? NULL : a.words[0]);
}

int
main(int argc, char **argv)
{
	const char *first = argc < 2 ? NULL : argv[1];

	if (first == NULL)
		return (int)complain_of_name(NULL, NULL);
	if (strcmp(first, "-V") == 0 || strcmp(first, "--version") == 0)
		return (int)finish(version());
	if (strcmp(first, "-h") == 0 || strcmp(first, "--help") == 0)
		return (int)finish(help(NULL));
	for (size_t i = 0; i < COUNT(commands); i++)
		if (is_of(&commands[i], first))
			return (int)finish(dispatch(argc - 1, argv + 1));
	return (int)complain_of_name(NULL, first);
}
