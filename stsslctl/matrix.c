/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl matrix: the whole policy as a table; each cell comes from the code
 * that decides.  A JSON object is made, and printed as it is, as text, or as
 * HTML.
 */
#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/class.h"
#include "policy/classes.h"
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
	return output_need(json_pack("{s:s, s:s, s:s}", "verdict",
	    stssl_verdict_word(d.verdict), "reason",
	    stssl_reason_word(d.reason), "text", stssl_reason_text(d.reason)));
}

static json_t *
values_of(struct stssl_values given)
{
	json_t *values = output_need(json_array());

	for (size_t i = 0; i < given.count; i++)
		output_append(values, output_string(given.list[i]));
	return values;
}

/* The criteria that classes.conf gives for the class, and no others. */
static json_t *
criteria_of(const struct stssl_conf_section *section)
{
	json_t *all = output_need(json_object());

	for (size_t i = 0; i < sizeof criteria / sizeof criteria[0]; i++) {
		struct stssl_values values =
		    stssl_conf_values(section, criteria[i]);

		if (values.count > 0)
			output_set(all, criteria[i], values_of(values));
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

static void
set_word(json_t *object, const char *key, int value)
{
	output_set(object, key, output_string(stssl_keys_word(key, value)));
}

/* Keys that the identities of the class do not use are empty or null. */
static json_t *
class_of(const struct stssl_class *c)
{
	const struct stssl_identity_rules *rules = &c->identity;
	json_t *class = output_need(
	    json_pack("{s:o, s:b, s:o}", "name", output_string(c->name),
		"enabled", c->enabled, "criteria", criteria_of(c->section)));
	json_t *cells = output_need(json_object());

	for (size_t i = 0; i < COLUMNS; i++)
		output_set(cells, columns[i].key,
		    cell_of(stssl_decide(
			c->ssl, c->login, c->bad, columns[i].facts)));
	set_word(class, "ssl", (int)c->ssl);
	set_word(class, "login", (int)c->login);
	set_word(class, "bad-certificate", (int)c->bad);
	set_word(class, "min-protocol", (int)c->min_protocol);
	set_word(class, "data", (int)c->data_private);
	output_set(class, "identity", ways_of(rules));
	output_set(class, "email-domain", values_of(rules->email_domains));
	output_set(class, "upn-domain", values_of(rules->upn_domains));
	output_set(class, "map",
	    output_string(rules->map == NULL ? NULL : rules->map->name));
	output_set(class, "cells", cells);
	return class;
}

static json_t *
matrix_of(const struct stssl_classes *classes, const char *file)
{
	const struct stssl_decision refused = { STSSL_VERDICT_REFUSE,
		STSSL_REASON_NO_CLASS };
	json_t *names = output_need(json_array());
	json_t *list = output_need(json_array());
	json_t *nobody = output_need(json_object());

	/* A user in no class is refused, whatever the connection is. */
	for (size_t i = 0; i < COLUMNS; i++) {
		output_append(
		    names, output_need(json_pack("{s:s, s:s}", "key",
			       columns[i].key, "text", columns[i].text)));
		output_set(nobody, columns[i].key, cell_of(refused));
	}
	for (size_t i = 0; i < classes->count; i++)
		output_append(list, class_of(&classes->list[i]));
	return output_need(json_pack("{s:o, s:s, s:o, s:o, s:o}", "file",
	    output_string(file), "user-names",
	    stssl_keys_word("user-names", (int)classes->names), "columns",
	    names, "classes", list, "no-class", nobody));
}

/* A column has room for its title and for "password". */
static void
print_cell(size_t column, const char *text)
{
	int width = (int)strlen(columns[column].text);

	if (column + 1 == COLUMNS)
		(void)printf("  %s\n", text);
	else
		(void)printf("  %-*s", width > 8 ? width : 8, text);
}

static void
print_cells(const json_t *cells)
{
	for (size_t i = 0; i < COLUMNS; i++)
		print_cell(i, output_get(json_object_get(cells, columns[i].key),
				  "verdict"));
}

/* The first column is as wide as its longest name. */
static const char *
label(const json_t *class, char buf[static STSSL_QUOTE_MAX])
{
	return stssl_quote(buf, STSSL_QUOTE_MAX, output_get(class, "name"));
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
		print_cell(i, columns[i].text);
	for (size_t i = 0; i < json_array_size(classes); i++) {
		const json_t *class = json_array_get(classes, i);

		(void)printf("%-*s", width, label(class, buf));
		if (json_is_true(json_object_get(class, "enabled")))
			print_cells(json_object_get(class, "cells"));
		else
			(void)puts("  not enabled");
	}
	(void)printf("%-*s", width, "(no class)");
	print_cells(json_object_get(matrix, "no-class"));
}

enum command_status
command_matrix(const struct arguments *a)
{
	struct stssl_classes *classes = command_classes(a);
	json_t *matrix;
	int r = 0;

	if (classes == NULL)
		return COMMAND_UNKNOWN;
	matrix = matrix_of(classes, command_classes_path(a));
	(void)stssl_classes_free(classes);
	if (a->html != NULL)
		r = matrix_html_write(matrix, a->html);
	else if (a->json)
		output_json(json_incref(matrix));
	else
		print_text(matrix);
	json_decref(matrix);
	return r < 0 ? command_cannot(a->html, r) : COMMAND_FINE;
}
