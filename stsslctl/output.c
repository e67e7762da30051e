/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text for terminals, and JSON by Jansson.
 */
#include <config.h>
#include "stsslctl/output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "stsslctl/exit.h"

void
output_text(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			(void)fputc(c, to);
		else
			(void)fprintf(to, "\\x%02x", c);
	}
}

void
output_no_memory(void)
{
	(void)fputs("stsslctl: out of memory\n", stderr);
	exit(COMMAND_UNKNOWN);
}

json_t *
output_need(json_t *value)
{
	if (value == NULL)
		output_no_memory();
	return value;
}

char *
output_copy(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		output_no_memory();
	return copy;
}

char *
output_vformat(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		output_no_memory();
	return text;
}

char *
output_format(const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	text = output_vformat(fmt, args);
	va_end(args);
	return text;
}

struct tm
output_now(void)
{
	const time_t now = time(NULL);
	struct tm tm = { 0 };

	(void)gmtime_r(&now, &tm);
	return tm;
}

/* The escaped form of text that is not UTF-8. */
static json_t *
escaped(const char *text)
{
	char *copy = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&copy, &size);
	json_t *string = NULL;

	if (to != NULL) {
		output_text(to, text);
		if (fclose(to) == 0)
			string = json_string(copy);
		free(copy);
	}
	return output_need(string);
}

json_t *
output_string(const char *text)
{
	json_t *string;

	if (text == NULL)
		return json_null();
	string = json_string(text);
	return string != NULL ? string : escaped(text);
}

void
output_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		output_no_memory();
}

const char *
output_get(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *
output_quoted(
    const json_t *object, const char *key, char buf[static STSSL_QUOTE_MAX])
{
	const char *text = output_get(object, key);

	return text == NULL ? NULL : stssl_quote(buf, STSSL_QUOTE_MAX, text);
}

void
output_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		output_no_memory();
}

void
output_json(json_t *value)
{
	/* A failed write is noticed at the end of main(). */
	(void)json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	(void)putchar('\n');
	json_decref(value);
}
