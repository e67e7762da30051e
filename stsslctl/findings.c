/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A list of findings, kept as JSON.
 */
#include <config.h>
#include "stsslctl/findings.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stsslctl/output.h"

static const char *const words[FINDING_LEVEL_COUNT] = {
	[FINDING_HINT] = "hint",
	[FINDING_WARNING] = "warning",
	[FINDING_ERROR] = "error",
};

void
findings_init(struct findings *f)
{
	*f = (struct findings){ .list = output_need(json_array()) };
}

void
findings_done(struct findings *f)
{
	json_decref(f->list);
	f->list = NULL;
}

/* Longer lists are not searched: there may be a finding for each user. */
#define SEARCHED 1024

/* The mistakes of a file that is included twice are reported once. */
static bool
has(const struct findings *f, const json_t *finding)
{
	size_t count = json_array_size(f->list);

	for (size_t i = 0; i < count && count <= SEARCHED; i++)
		if (json_equal(json_array_get(f->list, i), finding))
			return true;
	return false;
}

static void
add(struct findings *f, enum finding_level level, const char *file,
    unsigned line, const char *text)
{
	json_t *finding = output_need(json_object());

	output_set(finding, "level", output_string(words[level]));
	output_set(finding, "file", output_string(file));
	output_set(finding, "line",
	    line == 0 ? json_null() : output_need(json_integer(line)));
	output_set(finding, "text", output_string(text));
	if (has(f, finding)) {
		json_decref(finding);
		return;
	}
	output_append(f->list, finding);
	f->count[level]++;
}

void
findings_add(struct findings *f, enum finding_level level, const char *file,
    unsigned line, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	text = output_vformat(fmt, args);
	va_end(args);
	add(f, level, file, line, text);
	free(text);
}

void
findings_add_conf(struct findings *f, enum finding_level level,
    const char *file, const struct stssl_error *error)
{
	const char *text = error->text;
	size_t len = strlen(file);
	unsigned long line = 0;
	char *end;

	/* For JSON, file and line are cut off the text if they are there. */
	if (strncmp(text, file, len) == 0 && text[len] == ':') {
		line = strtoul(text + len + 1, &end, 10);
		text = end > text + len + 1 && *end == ':' ? end + 1
							   : text + len + 1;
		text += strspn(text, " ");
	}
	add(f, level, file, (unsigned)line, text);
}

static void
print_line(const json_t *finding)
{
	const char *file = json_string_value(json_object_get(finding, "file"));
	json_int_t line = json_integer_value(json_object_get(finding, "line"));

	output_text(
	    stdout, json_string_value(json_object_get(finding, "level")));
	(void)fputs(": ", stdout);
	if (file != NULL) {
		output_text(stdout, file);
		if (line != 0)
			(void)printf(":%lld", (long long)line);
		(void)fputs(": ", stdout);
	}
	output_text(
	    stdout, json_string_value(json_object_get(finding, "text")));
	(void)putchar('\n');
}

void
findings_print(const struct findings *f, bool json)
{
	if (json) {
		json_t *all = output_need(json_object());

		output_set(all, "findings", json_incref(f->list));
		output_json(all);
		return;
	}
	for (size_t i = 0; i < json_array_size(f->list); i++)
		print_line(json_array_get(f->list, i));
}
