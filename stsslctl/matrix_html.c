/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes HTML 5.  All text goes through one function that escapes it.
 */
#include <config.h>
#include "stsslctl/matrix_html.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "status/ascii.h"
#include "stsslctl/output.h"
#include "stsslctl/replace.h"

/* Nothing is said by colour alone, for those who print it in black. */
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
put_text(FILE *to, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;",
		"&quot;", "&#39;" };

	for (; *text != '\0'; text++) {
		const char *at = strchr(special, *text);

		if (at != NULL)
			(void)fputs(entities[at - special], to);
		else if (stssl_is_control(*text))
			(void)fprintf(to, "\\x%02x", (unsigned char)*text);
		else
			(void)fputc(*text, to);
	}
}

/* Each % in `html` stands for the next text, NULL for nothing. */
static void
put(FILE *to, const char *html, ...)
{
	va_list texts;

	va_start(texts, html);
	for (; *html != '\0'; html++)
		if (*html == '%') {
			const char *text = va_arg(texts, const char *);

			put_text(to, text == NULL ? "" : text);
		} else {
			(void)fputc(*html, to);
		}
	va_end(texts);
}

/* One word, or a list. */
static void
put_value(FILE *to, const json_t *value)
{
	if (json_is_string(value))
		put_text(to, json_string_value(value));
	for (size_t i = 0; i < json_array_size(value); i++)
		put(to, i == 0 ? "%" : ", %",
		    json_string_value(json_array_get(value, i)));
}

static void
put_cells(FILE *to, const json_t *columns, const json_t *cells)
{
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *cell = json_object_get(
		    cells, output_get(json_array_get(columns, i), "key"));
		const char *verdict = output_get(cell, "verdict");

		put(to, "<td class=\"%\"><b>%</b><small>%</small></td>\n",
		    verdict, verdict, output_get(cell, "text"));
	}
}

/* The users that the class is for. */
static void
put_criteria(FILE *to, json_t *criteria)
{
	const char *key;
	json_t *value;

	if (json_object_size(criteria) == 0) {
		put(to, "<td>everybody</td>\n");
		return;
	}
	put(to, "<td><dl>");
	json_object_foreach(criteria, key, value)
	{
		put(to, "<dt>%</dt><dd>", key);
		put_value(to, value);
		put(to, "</dd>");
	}
	put(to, "</dl></td>\n");
}

/* Only those that the class has. */
static void
put_rules(FILE *to, const json_t *class)
{
	static const char *const keys[] = { "ssl", "login", "bad-certificate",
		"min-protocol", "data", "identity", "email-domain",
		"upn-domain", "map" };

	put(to, "<td>");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const json_t *value = json_object_get(class, keys[i]);

		if (!json_is_string(value) && json_array_size(value) == 0)
			continue;
		put(to, i == 0 ? "%: " : "<br>%: ", keys[i]);
		put_value(to, value);
	}
	put(to, "</td>\n");
}

static void
put_class(FILE *to, const json_t *columns, const json_t *class, size_t number)
{
	bool enabled = json_is_true(json_object_get(class, "enabled"));

	(void)fprintf(to, "<tr%s>\n<th scope=\"row\">%zu. ",
	    enabled ? "" : " class=\"off\"", number);
	put(to, "%</th>\n", output_get(class, "name"));
	put_criteria(to, json_object_get(class, "criteria"));
	put_rules(to, class);
	if (enabled)
		put_cells(to, columns, json_object_get(class, "cells"));
	else
		(void)fprintf(to,
		    "<td colspan=\"%zu\">not enabled: nobody is in it</td>\n",
		    json_array_size(columns));
	put(to, "</tr>\n");
}

static void
put_table(FILE *to, const json_t *matrix)
{
	const json_t *columns = json_object_get(matrix, "columns");
	const json_t *classes = json_object_get(matrix, "classes");

	put(to, "<table>\n<thead>\n<tr><th scope=\"col\">class</th>"
		"<th scope=\"col\">for</th><th scope=\"col\">rules</th>");
	for (size_t i = 0; i < json_array_size(columns); i++)
		put(to, "<th scope=\"col\">%</th>",
		    output_get(json_array_get(columns, i), "text"));
	put(to, "</tr>\n</thead>\n<tbody>\n");
	for (size_t i = 0; i < json_array_size(classes); i++)
		put_class(to, columns, json_array_get(classes, i), i + 1);
	put(to, "<tr>\n<th scope=\"row\">no class</th>\n"
		"<td>everybody else</td>\n<td></td>\n");
	put_cells(to, columns, json_object_get(matrix, "no-class"));
	put(to, "</tr>\n</tbody>\n</table>\n");
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
	put(to, "<p>%, as of %; user-names: %</p>\n",
	    output_get(matrix, "file"), text, output_get(matrix, "user-names"));
}

int
matrix_html_write(const json_t *matrix, const char *file)
{
	const struct replace_like like = { 0644, (gid_t)-1 };
	char *page = NULL;
	size_t size;
	FILE *to = open_memstream(&page, &size);
	int r = -ENOMEM;

	if (to == NULL)
		return r;
	(void)fputs(head, to);
	put_origin(to, matrix);
	put_table(to, matrix);
	(void)fputs(foot, to);
	if (fclose(to) == 0)
		r = replace_file(file, &like, page);
	free(page);
	return r;
}
