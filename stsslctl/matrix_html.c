/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes HTML 5.  All text goes through one function that escapes it.
 */
#include <config.h>
#include "stsslctl/matrix_html.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "status/ascii.h"
#include "stsslctl/matrix_style.h"
#include "stsslctl/output.h"

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    /* A second wall behind put_text(). */
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>SSL access policy</title>\n"
    "<style>\n";

static const char body[] = "</style>\n"
			   "</head>\n"
			   "<body>\n"
			   "<h1>SSL access policy</h1>\n";

static const char legend[] =
    "<p><b>accept</b>: logged in by the certificate, no password is asked "
    "for. <b>password</b>: the password decides. <b>password in clear</b>: "
    "the same, and anybody on the way can read it. <b>refuse</b>: not logged "
    "in. A certificate is good when it verifies, is meant for clients, and "
    "names the very user who logs in; anything else is bad. A user is in the "
    "first class that matches, from the top. Rules that change nothing in a "
    "class are not shown.</p>\n";

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

/* A password that crosses the network in clear is not like another. */
static void
put_cell(FILE *to, const json_t *column, const json_t *cell)
{
	const char *key = output_get(column, "key");
	const char *verdict = output_get(cell, "verdict");
	const json_t *conditions = json_object_get(cell, "conditions");
	bool is_bare =
	    strcmp(key, "clear") == 0 && strcmp(verdict, "password") == 0;

	put(to, "<td class=\"% %\" data-column=\"%\"><b>%</b>", verdict, key,
	    output_get(column, "text"),
	    is_bare ? "password in clear" : verdict);
	put(to, "<small>%</small>", output_get(cell, "text"));
	for (size_t i = 0; i < json_array_size(conditions); i++)
		put(to, "<small class=\"if\">%</small>",
		    output_get(json_array_get(conditions, i), "text"));
	put(to, "</td>\n");
}

static void
put_cells(FILE *to, const json_t *columns, const json_t *cells)
{
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *column = json_array_get(columns, i);

		put_cell(to, column,
		    json_object_get(cells, output_get(column, "key")));
	}
}

static void
put_key(FILE *to, const char *key, const json_t *value)
{
	put(to, "<div><dt>%:</dt> <dd>", key);
	put_value(to, value);
	put(to, "</dd></div>\n");
}

/* The users that the class is for. */
static void
put_criteria(FILE *to, json_t *criteria)
{
	const char *key;
	json_t *value;

	if (json_object_size(criteria) == 0) {
		put(to, "<td class=\"for\">everybody</td>\n");
		return;
	}
	put(to, "<td class=\"for\"><dl>\n");
	json_object_foreach(criteria, key, value)
	{
		put_key(to, key, value);
	}
	put(to, "</dl></td>\n");
}

/* Only those that change something. */
static void
put_rules(FILE *to, const json_t *class)
{
	const json_t *keys = json_object_get(class, "applies");

	put(to, "<td class=\"rules\"><dl>\n");
	for (size_t i = 0; i < json_array_size(keys); i++) {
		const char *key = json_string_value(json_array_get(keys, i));

		put_key(to, key, json_object_get(class, key));
	}
	put(to, "</dl></td>\n");
}

static void
put_class(FILE *to, const json_t *columns, const json_t *class, size_t number)
{
	const char *by = output_get(class, "shadowed-by");
	bool enabled = json_is_true(json_object_get(class, "enabled"));

	(void)fprintf(to, "<tr%s>\n<th scope=\"row\">%zu. ",
	    enabled && by == NULL ? "" : " class=\"off\"", number);
	put(to, "%</th>\n", output_get(class, "name"));
	put_criteria(to, json_object_get(class, "criteria"));
	put_rules(to, class);
	if (enabled && by == NULL) {
		put_cells(to, columns, json_object_get(class, "cells"));
	} else {
		(void)fprintf(to, "<td class=\"nobody\" colspan=\"%zu\">",
		    json_array_size(columns));
		if (enabled)
			put(to,
			    "<b>nobody is ever in it</b>"
			    "<small>class % takes all its users</small>",
			    by);
		else
			put(to, "<b>not enabled</b><small>nobody is in it"
				"</small>");
		put(to, "</td>\n");
	}
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
		"<td class=\"for\">everybody else</td>\n"
		"<td class=\"rules\"></td>\n");
	put_cells(to, columns, json_object_get(matrix, "no-class"));
	put(to, "</tr>\n</tbody>\n</table>\n");
}

/* From where and when a printed page is, and whether it is still true. */
static void
put_foot(FILE *to, const json_t *matrix)
{
	const struct tm now = output_now();
	char host[HOST_NAME_MAX + 1] = "", text[64];

	(void)strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &now);
	if (gethostname(host, sizeof host - 1) == -1)
		host[0] = '\0';
	put(to, "<footer><dl>\n");
	put(to, "<div><dt>host:</dt> <dd>%</dd></div>\n", host);
	put(to, "<div><dt>time:</dt> <dd>%</dd></div>\n", text);
	put(to, "<div><dt>version:</dt> <dd>stsslctl %</dd></div>\n",
	    PACKAGE_VERSION);
	put(to, "<div><dt>digest:</dt> <dd>%</dd></div>\n",
	    output_get(matrix, "sha256"));
	put(to, "</dl></footer>\n</body>\n</html>\n");
}

static void
put_page(FILE *to, const json_t *matrix)
{
	(void)fputs(head, to);
	(void)fputs(matrix_style, to);
	(void)fputs(body, to);
	put(to, "<p>%; user-names: %</p>\n", output_get(matrix, "file"),
	    output_get(matrix, "user-names"));
	put_table(to, matrix);
	(void)fputs(legend, to);
	put_foot(to, matrix);
}

char *
matrix_html(const json_t *matrix)
{
	char *page = NULL;
	size_t size;
	FILE *to = open_memstream(&page, &size);
	bool is_whole = false;

	if (to != NULL) {
		put_page(to, matrix);
		is_whole = ferror(to) == 0;
		is_whole = fclose(to) == 0 && is_whole;
	}
	if (!is_whole)
		output_no_memory();
	return page;
}
