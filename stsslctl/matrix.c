/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl matrix: the whole policy as a table, each cell from the table that
 * decides.  One JSON object is made, and printed as it is, as text, or as a
 * page.
 */
#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/class.h"
#include "policy/tools/words.h"
#include "status/quote.h"
#include "stsslctl/command.h"
#include "stsslctl/matrix_html.h"
#include "stsslctl/output.h"

static const struct {
	enum stssl_facts facts;
	const char *key;
	const char *text;
} columns[] = {
	{ STSSL_FACTS_CLEAR, "clear", "clear" },
	{ STSSL_FACTS_NONE, "tls", "TLS" },
	{ STSSL_FACTS_BAD, "tls-bad-certificate", "TLS, bad certificate" },
	{ STSSL_FACTS_GOOD, "tls-good-certificate", "TLS, good certificate" },
};

#define COLUMNS (sizeof columns / sizeof columns[0])

/* Criteria of a class, in the order in which they are looked at. */
static const char *const criteria[] = { "service", "user", "from", "type",
	"group" };

static json_t *
cell_of(struct stssl_decision d)
{
	json_t *cell = output_need(json_object());

	output_set(
	    cell, "verdict", output_string(stssl_verdict_word(d.verdict)));
	output_set(cell, "reason", output_string(stssl_reason_word(d.reason)));
	output_set(cell, "text", output_string(stssl_reason_text(d.reason)));
	return cell;
}

static json_t *
values_of(struct stssl_values given)
{
	json_t *values = output_need(json_array());

	for (size_t i = 0; i < given.count; i++)
		output_append(values, output_string(given.list[i]));
	return values;
}

/* What the file says of whom the class is for; nothing for what it does not. */
static json_t *
criteria_of(const struct stssl_conf_section *section)
{
	json_t *all = output_need(json_object());

	for (size_t i = 0; i < sizeof criteria / sizeof criteria[0]; i++) {
		json_t *values =
		    values_of(stssl_conf_values(section, criteria[i]));

		if (json_array_size(values) > 0)
			output_set(all, criteria[i], values);
		else
			json_decref(values);
	}
	return all;
}

static json_t *
ways_of(const struct stssl_identity_rules *rules)
{
	json_t *ways = output_need(json_array());

	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++)
		if ((rules->ways & 1u << i) != 0)
			output_append(ways, output_string(stssl_identity_word(
						(enum stssl_identity)i)));
	return ways;
}

/* What the ways need to know: empty or null where they need nothing. */
static void
set_names(json_t *class, const struct stssl_identity_rules *rules)
{
	output_set(class, "identity", ways_of(rules));
	output_set(class, "email-domain", values_of(rules->email_domains));
	output_set(class, "upn-domain", values_of(rules->upn_domains));
	output_set(class, "map",
	    output_string(rules->map == NULL ? NULL : rules->map->name));
}

static void
set_word(json_t *object, const char *key, int value)
{
	output_set(object, key, output_string(stssl_keys_word(key, value)));
}

static json_t *
class_of(const struct stssl_class *c)
{
	json_t *class = output_need(json_object());
	json_t *cells = output_need(json_object());

	for (size_t i = 0; i < COLUMNS; i++)
		output_set(cells, columns[i].key,
		    cell_of(stssl_decide(
			c->ssl, c->login, c->bad, columns[i].facts)));
	output_set(class, "name", output_string(c->name));
	output_set(class, "enabled", json_boolean(c->enabled));
	output_set(class, "criteria", criteria_of(c->section));
	set_word(class, "ssl", (int)c->ssl);
	set_word(class, "login", (int)c->login);
	set_word(class, "bad-certificate", (int)c->bad);
	set_word(class, "min-protocol", (int)c->min_protocol);
	set_word(class, "data", (int)c->data_private);
	set_names(class, &c->identity);
	output_set(class, "cells", cells);
	return class;
}

/* Who is in no class is refused, whatever the connection is. */
static json_t *
nobody_of(void)
{
	const struct stssl_decision refused = { STSSL_VERDICT_REFUSE,
		STSSL_REASON_NO_CLASS };
	json_t *cells = output_need(json_object());

	for (size_t i = 0; i < COLUMNS; i++)
		output_set(cells, columns[i].key, cell_of(refused));
	return cells;
}

static json_t *
matrix_of(const struct stssl_classes *classes, const char *file)
{
	json_t *matrix = output_need(json_object());
	json_t *names = output_need(json_array());
	json_t *list = output_need(json_array());

	for (size_t i = 0; i < COLUMNS; i++) {
		json_t *name = output_need(json_object());

		output_set(name, "key", output_string(columns[i].key));
		output_set(name, "text", output_string(columns[i].text));
		output_append(names, name);
	}
	for (size_t i = 0; i < classes->count; i++)
		output_append(list, class_of(&classes->list[i]));
	output_set(matrix, "file", output_string(file));
	set_word(matrix, "user-names", (int)classes->names);
	output_set(matrix, "columns", names);
	output_set(matrix, "classes", list);
	output_set(matrix, "no-class", nobody_of());
	return matrix;
}

static void
print_cells(const json_t *cells)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const json_t *cell = json_object_get(cells, columns[i].key);

		(void)printf("%s%-*s", i == 0 ? "" : "  ",
		    i + 1 < COLUMNS ? (int)strlen(columns[i].text) > 8
					  ? (int)strlen(columns[i].text)
					  : 8
				    : 0,
		    json_string_value(json_object_get(cell, "verdict")));
	}
	(void)putchar('\n');
}

/* The first column: as wide as its longest name. */
static const char *
label(const json_t *class, char buf[static STSSL_QUOTE_MAX])
{
	return stssl_quote(buf, STSSL_QUOTE_MAX,
	    json_string_value(json_object_get(class, "name")));
}

static int
width_of(const json_t *classes)
{
	char buf[STSSL_QUOTE_MAX];
	size_t width = strlen("(no class)");

	for (size_t i = 0; i < json_array_size(classes); i++) {
		size_t len = strlen(label(json_array_get(classes, i), buf));

		if (len > width)
			width = len;
	}
	return (int)width;
}

static void
print_text(const json_t *matrix)
{
	const json_t *classes = json_object_get(matrix, "classes");
	char buf[STSSL_QUOTE_MAX];
	int width = width_of(classes);

	(void)printf("%-*s", width, "class");
	for (size_t i = 0; i < COLUMNS; i++)
		(void)printf(
		    "  %-*s", i + 1 < COLUMNS ? 8 : 0, columns[i].text);
	(void)putchar('\n');
	for (size_t i = 0; i < json_array_size(classes); i++) {
		const json_t *class = json_array_get(classes, i);

		(void)printf("%-*s  ", width, label(class, buf));
		if (json_is_true(json_object_get(class, "enabled")))
			print_cells(json_object_get(class, "cells"));
		else
			(void)puts("not enabled");
	}
	(void)printf("%-*s  ", width, "(no class)");
	print_cells(json_object_get(matrix, "no-class"));
}

static enum command_status
show(json_t *matrix, bool json, const char *html)
{
	int r;

	if (html != NULL) {
		r = matrix_html_write(matrix, html);
		json_decref(matrix);
		return r < 0 ? command_cannot(html, r) : COMMAND_FINE;
	}
	if (json) {
		output_json(matrix);
		return COMMAND_FINE;
	}
	print_text(matrix);
	json_decref(matrix);
	return COMMAND_FINE;
}

static enum command_status
matrix(int argc, char **argv)
{
	const char *file = STSSL_CLASSES_CONF, *html = NULL;
	bool json = false;
	const struct command_option options[] = {
		{ "json", NULL, &json },
		{ "classes", &file, NULL },
		{ "html", &html, NULL },
		{ NULL, NULL, NULL },
	};
	struct stssl_classes *classes;
	struct stssl_error error;
	enum command_status status;

	if (command_options(argc, argv, options) != argc)
		return command_usage(&command_matrix);
	if (stssl_classes_read(file, &classes, &error) < 0)
		return command_say(error.text);
	status = show(matrix_of(classes, file), json, html);
	(void)stssl_classes_free(classes);
	return status;
}

const struct command command_matrix = {
	"matrix",
	"[--json | --html FILE] [--classes FILE]",
	"the policy as a table",
	matrix,
};
