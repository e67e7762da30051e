/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lists of settings, and the readers of files that have one in each line.
 */
#include <config.h>
#include "stsslctl/settings.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"
#include "status/tools/file.h"
#include "stsslctl/command.h"
#include "stsslctl/output.h"

#define FILE_MAX (1024 * 1024)
#define ETC      "/etc/"
#define BLANKS   " \t\r"

char *
settings_path(const struct settings *s, const char *path)
{
	return strncmp(path, ETC, strlen(ETC)) == 0
		   ? output_format("%s/%s", s->etc, path + strlen(ETC))
		   : output_copy(path);
}

char *
settings_text(const struct settings *s, const char *path)
{
	size_t len;
	char *text;
	int r = stssl_file_read(path, FILE_MAX, &text, &len);

	if (r == 0)
		return text;
	if (r != -ENOENT && r != -ENOTDIR)
		findings_add(s->findings, FINDING_ERROR, path, 0, "%s",
		    command_reason(r));
	return NULL;
}

void
settings_add(struct settings *s, const struct setting *setting)
{
	struct setting *new;

	s->list = realloc(s->list, (s->count + 1) * sizeof *s->list);
	if (s->list == NULL)
		output_no_memory();
	new = &s->list[s->count++];
	*new = *setting;
	new->key = output_copy(setting->key);
	new->value = output_copy(setting->value);
	new->file = output_copy(setting->file);
}

void
settings_done(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->list[i].key);
		free(s->list[i].value);
		free(s->list[i].file);
	}
	free(s->list);
	s->list = NULL;
	s->count = 0;
}

static const struct setting *
find(const struct settings *s, unsigned server, const char *key)
{
	const struct setting *found = NULL;

	for (size_t i = 0; i < s->count && (found == NULL || s->last); i++)
		if (s->list[i].server == server &&
		    stssl_same_text(s->list[i].key, key))
			found = &s->list[i];
	return found;
}

const struct setting *
settings_find(const struct settings *s, unsigned server, const char *key)
{
	const struct setting *own = find(s, server, key);

	return own != NULL ? own : find(s, SETTINGS_GLOBAL, key);
}

/* Lines of KEY=VALUE; a value may be in quotes.  False without the file. */
static bool
assignments(struct settings *s, const char *path)
{
	struct setting new = { .file = settings_path(s, path) };
	char *text = settings_text(s, new.file), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		new.line++;
		new.key = strsep(&line, "=");
		if (*new.key == '#' || line == NULL)
			continue;
		new.value = line + strspn(line, "\"'" BLANKS);
		new.value[strcspn(new.value, "\"'" BLANKS)] = '\0';
		settings_add(s, &new);
	}
	free(text);
	free(new.file);
	return new.line > 0;
}

bool
settings_vsftpd(struct settings *s, const char *path)
{
	s->servers = 1;
	s->last = true;
	return assignments(s, path);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
is_authentication(const char *file)
{
	static const char *const keys[] = { "ExtAuth", "LDAPConfigFile",
		"MySQLConfigFile", "PAMAuthentication", "PGSQLConfigFile",
		"PureDB", "UnixAuthentication" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(keys[i], base_name(file)) == 0)
			return true;
	return false;
}

/* The file's name is the key, its first line that is no comment the value. */
static void
take_value(struct settings *s, const char *file)
{
	char *text = settings_text(s, file), *rest = text, *line;
	struct setting new = { .file = output_copy(file),
		.key = output_copy(base_name(file)) };

	while ((line = strsep(&rest, "\n")) != NULL && new.value == NULL) {
		new.line++;
		line += strspn(line, BLANKS);
		line[strcspn(line, BLANKS)] = '\0';
		if (*line != '#' && *line != '\0')
			new.value = line;
	}
	if (new.value != NULL)
		settings_add(s, &new);
	free(text);
	free(new.file);
	free(new.key);
}

static void
take_plain(struct settings *s, const char *file)
{
	if (!is_authentication(file))
		take_value(s, file);
}

/* Debian's wrapper follows these links to what Pure-FTPd asks. */
static void
take_link(struct settings *s, const char *file)
{
	char *target = realpath(file, NULL);

	if (target != NULL && is_authentication(target))
		take_value(s, target);
	free(target);
}

void
settings_files(struct settings *s, const char *pattern,
    void (*take)(struct settings *s, const char *file))
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			take(s, found.gl_pathv[i]);
	globfree(&found);
}

static void
take_all(struct settings *s, const char *path, const char *pattern,
    void (*take)(struct settings *s, const char *file))
{
	char *directory = settings_path(s, path);
	char *place = output_format("%s%s", directory, pattern);

	settings_files(s, place, take);
	free(directory);
	free(place);
}

bool
settings_pureftpd(struct settings *s, const char *path)
{
	s->servers = 1;
	take_all(s, path, "/conf/*", take_plain);
	take_all(s, path, "/auth/*", take_link);
	if (s->count == 0)
		return false;
	(void)assignments(s, "/etc/default/pure-ftpd-common");
	return true;
}
