/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes HTML 5.  All text goes through one function that escapes it.
 */
#include <config.h>
#include "stsslctl/matrix_html.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "stsslctl/replace.h"

/* Colours only stress what is written: black and white print says it all. */
static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>SSL access policy</title>\n"
    "<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { font: 14px/1.4 sans-serif; margin: 2em; }\n"
    "h1 { font-size: 1.4em; margin: 0; }\n"
    "p { max-width: 60em; }\n"
    "table { border-collapse: collapse; width: 100%; margin: 1em 0; }\n"
    "th, td { border: 1px solid #888; padding: .4em .6em; text-align: left;\n"
    "  vertical-align: top; }\n"
    "thead th { border-bottom-width: 2px; }\n"
    "tbody th { overflow-wrap: anywhere; }\n"
    "td { overflow-wrap: break-word; }\n"
    "small { display: block; opacity: .8; }\n"
    "b { font-weight: 600; }\n"
    ".accept { background: #2a02; }\n"
    ".password { background: #48f2; }\n"
    ".refuse { background: #d002; }\n"
    ".off { opacity: .6; }\n"
    "dl { margin: 0; min-width: 14em; }\n"
    "dt { float: left; clear: left; opacity: .8; }\n"
    "dd { margin: 0 0 0 4.5em; overflow-wrap: anywhere; }\n"
    "@media print {\n"
    "  @page { size: A4 landscape; margin: 15mm; }\n"
    "  body { margin: 0; font-size: 10pt; }\n"
    "  thead { display: table-header-group; }\n"
    "  tr { break-inside: avoid; }\n"
    "  td, th { print-color-adjust: exact; "
    "-webkit-print-color-adjust: exact; }\n"
    "}\n"
    "</style>\n"
    "</head>\n"
    "<body>\n"
    "<h1>SSL access policy</h1>\n";

static const char foot[] =
    "<p><b>accept</b>: logged in by the certificate, no password is asked "
    "for. <b>password</b>: the password decides. <b>refuse</b>: not logged "
    "in. A certificate is good when it verifies, is meant for clients, and "
    "names the very user who logs in; anything else is bad. A user is in the "
    "first class that matches, from the top.</p>\n"
    "</body>\n"
    "</html>\n";

static void
put(FILE *to, const char *text)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" } };

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		const char *entity = NULL;

		for (size_t i = 0; i < sizeof entities / sizeof entities[0];
		     i++)
			if (entities[i].c == *text)
				entity = entities[i].entity;
		if (entity != NULL)
			(void)fputs(entity, to);
		else if (c < 0x20 || c == 0x7f)
			(void)fprintf(to, "\\x%02x", c);
		else
			(void)fputc(c, to);
	}
}

static void
put_string(FILE *to, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	put(to, text == NULL ? "" : text);
}

static void
put_list(FILE *to, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		(void)fputs(i == 0 ? "" : ", ", to);
		put(to, json_string_value(json_array_get(list, i)));
	}
}

static void
put_cells(FILE *to, const json_t *columns, const json_t *cells)
{
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *cell = json_object_get(cells,
		    json_string_value(
			json_object_get(json_array_get(columns, i), "key")));

		(void)fputs("<td class=\"", to);
		put_string(to, cell, "verdict");
		(void)fputs("\"><b>", to);
		put_string(to, cell, "verdict");
		(void)fputs("</b><small>", to);
		put_string(to, cell, "text");
		(void)fputs("</small></td>\n", to);
	}
}

/* Whom the class is for. */
static void
put_criteria(FILE *to, json_t *criteria)
{
	const char *key;
	void *at;

	if (json_object_size(criteria) == 0) {
		(void)fputs("<td>everybody</td>\n", to);
		return;
	}
	(void)fputs("<td><dl>", to);
	for (at = json_object_iter(criteria); at != NULL;
	     at = json_object_iter_next(criteria, at)) {
		key = json_object_iter_key(at);
		(void)fputs("<dt>", to);
		put(to, key);
		(void)fputs("</dt><dd>", to);
		put_list(to, json_object_iter_value(at));
		(void)fputs("</dd>", to);
	}
	(void)fputs("</dl></td>\n", to);
}

/* One word or a list; nothing where there is none. */
static void
put_rule(FILE *to, const char *key, const json_t *value, const char *front)
{
	if (!json_is_string(value) && json_array_size(value) == 0)
		return;
	(void)fprintf(to, "%s%s: ", front, key);
	if (json_is_string(value))
		put(to, json_string_value(value));
	else
		put_list(to, value);
}

static void
put_rules(FILE *to, const json_t *class)
{
	static const char *const keys[] = { "ssl", "login", "bad-certificate",
		"min-protocol", "data", "identity", "email-domain",
		"upn-domain", "map" };

	(void)fputs("<td>", to);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		put_rule(to, keys[i], json_object_get(class, keys[i]),
		    i == 0 ? "" : "<br>");
	(void)fputs("</td>\n", to);
}

static void
put_class(FILE *to, const json_t *columns, const json_t *class, size_t number)
{
	bool enabled = json_is_true(json_object_get(class, "enabled"));

	(void)fprintf(to, "<tr%s>\n<th scope=\"row\">%zu. ",
	    enabled ? "" : " class=\"off\"", number);
	put_string(to, class, "name");
	(void)fputs("</th>\n", to);
	put_criteria(to, json_object_get(class, "criteria"));
	put_rules(to, class);
	if (enabled)
		put_cells(to, columns, json_object_get(class, "cells"));
	else
		(void)fprintf(to,
		    "<td colspan=\"%zu\">not enabled: nobody is in it</td>\n",
		    json_array_size(columns));
	(void)fputs("</tr>\n", to);
}

static void
put_table(FILE *to, const json_t *matrix)
{
	const json_t *columns = json_object_get(matrix, "columns");
	const json_t *classes = json_object_get(matrix, "classes");

	(void)fputs("<table>\n<thead>\n<tr><th scope=\"col\">class</th>"
		    "<th scope=\"col\">for</th><th scope=\"col\">rules</th>",
	    to);
	for (size_t i = 0; i < json_array_size(columns); i++) {
		(void)fputs("<th scope=\"col\">", to);
		put_string(to, json_array_get(columns, i), "text");
		(void)fputs("</th>", to);
	}
	(void)fputs("</tr>\n</thead>\n<tbody>\n", to);
	for (size_t i = 0; i < json_array_size(classes); i++)
		put_class(to, columns, json_array_get(classes, i), i + 1);
	(void)fputs("<tr>\n<th scope=\"row\">no class</th>\n"
		    "<td>everybody else</td>\n<td></td>\n",
	    to);
	put_cells(to, columns, json_object_get(matrix, "no-class"));
	(void)fputs("</tr>\n</tbody>\n</table>\n", to);
}

static void
put_origin(FILE *to, const json_t *matrix)
{
	time_t now = time(NULL);
	char text[64];
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		text[0] = '\0';
	(void)fputs("<p>", to);
	put_string(to, matrix, "file");
	(void)fprintf(to, ", as of %s; user-names: ", text);
	put_string(to, matrix, "user-names");
	(void)fputs("</p>\n", to);
}

static int
write_page(FILE *to, const void *data)
{
	const json_t *matrix = data;

	(void)fputs(head, to);
	put_origin(to, matrix);
	put_table(to, matrix);
	(void)fputs(foot, to);
	return 0;
}

int
matrix_html_write(const json_t *matrix, const char *file)
{
	const struct replace_like like = { 0644, (gid_t)-1 };

	return replace_file(file, &like, write_page, matrix);
}
