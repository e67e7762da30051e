/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages to stderr, and reading the classes: the same for all subcommands.
 */
#include <config.h>
#include "stsslctl/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/classes.h"
#include "setup/config.h"
#include "stsslctl/output.h"

void
command_begin(const char *what)
{
	(void)fputs("stsslctl: ", stderr);
	output_text(stderr, what[0] == '\0' ? "\"\"" : what);
}

enum command_status
command_refuse(const char *what, const char *why)
{
	command_begin(what);
	if (why != NULL)
		(void)fprintf(stderr, ": %s", why);
	(void)fputc('\n', stderr);
	return COMMAND_FOUND;
}

enum command_status
command_say(const char *text)
{
	(void)command_refuse(text, NULL);
	return COMMAND_UNKNOWN;
}

enum command_status
command_object(const char *word, const char *why)
{
	(void)command_refuse(word, why);
	return COMMAND_UNKNOWN;
}

const char *
command_reason(int error)
{
	switch (error) {
	case -EILSEQ:
		return "not a text file: a NUL is in it";
	case -EINVAL:
		return "not a regular file";
	case -ELOOP:
		return "a symbolic link: it is not followed";
	default:
		return strerror(-error);
	}
}

enum command_status
command_cannot(const char *what, int error)
{
	(void)command_refuse(what, command_reason(error));
	return COMMAND_UNKNOWN;
}

enum command_status
command_cannot_trust(const char *path)
{
	(void)command_refuse(path, "can be written to by others than root");
	return COMMAND_UNKNOWN;
}

const char *
command_first_step(const char *path)
{
	static const char *const steps[][2] = {
		{ HELPER_CONF,
		    "nothing is configured yet: README says how, and a "
		    "helper.conf to begin with is in " STSSL_EXAMPLES_DIR },
		{ STSSL_CLASSES_CONF,
		    "nothing is configured yet: README says how, and a "
		    "classes.conf to begin with is in " STSSL_EXAMPLES_DIR },
	};

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strcmp(path, steps[i][0]) == 0 &&
		    access(path, F_OK) == -1 && errno == ENOENT)
			return steps[i][1];
	return NULL;
}

const char *
command_classes_path(const struct arguments *a)
{
	return a->classes == NULL ? STSSL_CLASSES_CONF : a->classes;
}

struct stssl_classes *
command_classes(const struct arguments *a)
{
	struct stssl_classes *classes;
	struct stssl_error error;

	if (stssl_classes_read(command_classes_path(a), &classes, &error) == 0)
		return classes;
	(void)command_object(
	    error.text, command_first_step(command_classes_path(a)));
	return NULL;
}
