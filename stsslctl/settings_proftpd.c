/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads proftpd.conf with all that it includes.  Of its sections only those
 * count that make servers; <IfModule> and <IfDefine> are taken for true.
 */
#include <config.h>
#include "stsslctl/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status/ascii.h"
#include "stsslctl/output.h"

#define BLANKS " \t\r"

/* The next line with its continuations, cut out of *rest; NULL at the end. */
static char *
next_line(char **rest, unsigned *lines)
{
	char *line = strsep(rest, "\n"), *end = line;

	*lines = 1;
	while (line != NULL && *rest != NULL && *end != '\0') {
		end += strlen(end) - 1;
		if (*end != '\\')
			break;
		*end++ = ' ';
		*end++ = ' ';
		(void)strsep(rest, "\n");
		++*lines;
	}
	return line;
}

/* Put one blank between words; take away quotes, and the end of a section. */
static void
tidy(char *value)
{
	const char *word = value + strspn(value, BLANKS);
	char *to = value;

	while (*word != '\0') {
		size_t len = strcspn(word, BLANKS);
		const char *next = word + len + strspn(word + len, BLANKS);

		if (to != value)
			*to++ = ' ';
		for (; len > 0; len--, word++)
			if (*word != '"' && *word != '>')
				*to++ = *word;
		word = next;
	}
	*to = '\0';
}

static void take_file(struct settings *s, const char *file);

/* A file, all files of a directory, or those that fit a pattern. */
static void
include(struct settings *s, const char *path)
{
	char *place = settings_path(s, path), *pattern;
	struct stat st;

	for (size_t n = strlen(place); n > 1 && place[n - 1] == '/'; n--)
		place[n - 1] = '\0';
	pattern = output_format("%s%s", place,
	    stat(place, &st) == 0 && S_ISDIR(st.st_mode) ? "/*" : "");
	if (s->depth < SETTINGS_DEPTH) {
		s->depth++;
		settings_files(s, pattern, take_file);
		s->depth--;
	}
	free(pattern);
	free(place);
}

static void
take_line(struct settings *s, struct setting *new)
{
	if (stssl_same_text(new->key, "Include"))
		include(s, new->value);
	else if (stssl_same_text(new->key, "<Global>"))
		s->server = SETTINGS_GLOBAL;
	else if (stssl_same_text(new->key, "<VirtualHost"))
		s->server = s->servers++;
	else if (stssl_same_text(new->key, "</Global>") ||
		 stssl_same_text(new->key, "</VirtualHost>"))
		s->server = 0;
	new->server = s->server;
	settings_add(s, new);
}

static void
take_file(struct settings *s, const char *file)
{
	struct setting new = { .file = output_copy(file) };
	char *text = settings_text(s, file), *rest = text, *line;
	unsigned lines = 0;

	for (new.line = 1; (line = next_line(&rest, &lines)) != NULL;
	     new.line += lines) {
		new.key = line + strspn(line, BLANKS);
		if (*new.key == '#' || *new.key == '\0')
			continue;
		new.value = new.key + strcspn(new.key, BLANKS);
		if (*new.value != '\0')
			*new.value++ = '\0';
		tidy(new.value);
		take_line(s, &new);
	}
	free(text);
	free(new.file);
}

/* Where mod_auth_pam is a file, a line has to load it. */
static void
note_missing_module(struct settings *s)
{
	const struct setting *path = settings_find(s, 0, "ModulePath");
	char *file;
	bool is_loaded = false;

	if (path == NULL)
		return;
	file = output_format("%s/mod_auth_pam.so", path->value);
	for (size_t i = 0; i < s->count; i++)
		is_loaded =
		    is_loaded ||
		    (stssl_same_text(s->list[i].key, "LoadModule") &&
			strcmp(s->list[i].value, "mod_auth_pam.c") == 0);
	if (!is_loaded && access(file, F_OK) == 0)
		settings_add(
		    s, &(struct setting){ .key = (char[]){ "mod_auth_pam.c" },
			   .value = file,
			   .file = path->file,
			   .line = path->line,
			   .server = SETTINGS_GLOBAL });
	free(file);
}

bool
settings_proftpd(struct settings *s, const char *path)
{
	char *place = settings_path(s, path);

	s->servers = 1;
	take_file(s, place);
	free(place);
	note_missing_module(s);
	return s->count > 0;
}
