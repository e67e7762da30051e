/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages to stderr, and reading the classes: the same for all subcommands.
 */
#include <config.h>
#include "stsslctl/command.h"

#include <stdio.h>
#include <string.h>

#include "policy/classes.h"
#include "stsslctl/output.h"

enum command_status
command_refuse(const char *what, const char *why)
{
	(void)fputs("stsslctl: ", stderr);
	output_text(stderr, what);
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
command_cannot(const char *what, int error)
{
	(void)command_refuse(what, strerror(-error));
	return COMMAND_UNKNOWN;
}

enum command_status
command_cannot_trust(const char *path)
{
	(void)command_refuse(path, "can be written to by others than root");
	return COMMAND_UNKNOWN;
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
	(void)command_say(error.text);
	return NULL;
}
