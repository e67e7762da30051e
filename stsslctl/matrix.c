/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl matrix: the whole policy as a table, a JSON object that is printed
 * as it is, as text, or as HTML.
 */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/classes.h"
#include "stsslctl/command.h"
#include "stsslctl/matrix_html.h"
#include "stsslctl/matrix_json.h"
#include "stsslctl/output.h"
#include "stsslctl/replace.h"

/* A column has room for its title and for "password". */
static void
print_cell(const char *title, bool is_last, const char *text)
{
	int width = (int)strlen(title);

	if (is_last)
		(void)printf("  %s\n", text);
	else
		(void)printf("  %-*s", width > 8 ? width : 8, text);
}

/* The line of a class, or that of the titles when `cells` is NULL. */
static void
print_cells(const json_t *columns, const json_t *cells)
{
	size_t count = json_array_size(columns);

	for (size_t i = 0; i < count; i++) {
		const json_t *column = json_array_get(columns, i);
		const char *title = output_get(column, "text");
		const json_t *cell =
		    json_object_get(cells, output_get(column, "key"));

		print_cell(title, i + 1 == count,
		    cells == NULL ? title : output_get(cell, "verdict"));
	}
}

/* The first column is as wide as its longest name. */
static int
width_of(const json_t *classes)
{
	char buf[STSSL_QUOTE_MAX];
	size_t width = strlen("(no class)");

	for (size_t i = 0; i < json_array_size(classes); i++) {
		size_t len = strlen(
		    output_quoted(json_array_get(classes, i), "name", buf));

		if (len > width)
			width = len;
	}
	return (int)width;
}

static void
print_class(const json_t *columns, const json_t *class, int width)
{
	char buf[STSSL_QUOTE_MAX];

	(void)printf("%-*s", width, output_quoted(class, "name", buf));
	if (!json_is_true(json_object_get(class, "enabled")))
		(void)puts("  not enabled");
	else if (output_get(class, "shadowed-by") != NULL)
		(void)printf("  nobody is ever in it: class %s takes all its "
			     "users\n",
		    output_quoted(class, "shadowed-by", buf));
	else
		print_cells(columns, json_object_get(class, "cells"));
}

static void
print_text(const json_t *matrix)
{
	const json_t *columns = json_object_get(matrix, "columns");
	const json_t *classes = json_object_get(matrix, "classes");
	int width = width_of(classes);

	(void)printf("%-*s", width, "class");
	print_cells(columns, NULL);
	for (size_t i = 0; i < json_array_size(classes); i++)
		print_class(columns, json_array_get(classes, i), width);
	(void)printf("%-*s", width, "(no class)");
	print_cells(columns, json_object_get(matrix, "no-class"));
}

/* A device or a pipe is not replaced, and neither is a symbolic link. */
static enum command_status
replace(const char *file, const char *page)
{
	const mode_t mask = umask(0);
	struct replace_like like = { 0666 & ~mask, (gid_t)-1 };
	struct stat st;
	int r;

	(void)umask(mask);
	if (lstat(file, &st) == 0) {
		if (!S_ISREG(st.st_mode)) {
			(void)command_refuse(file, "not a regular file");
			return COMMAND_UNKNOWN;
		}
		like = (struct replace_like){ st.st_mode & 0777, st.st_gid };
	}
	r = replace_file(file, &like, page);
	return r < 0 ? command_cannot(file, r) : COMMAND_FINE;
}

static enum command_status
write_html(const json_t *matrix, const char *file)
{
	enum command_status status = COMMAND_FINE;
	char *page = matrix_html(matrix);

	/* A failed write is noticed at the end of main(). */
	if (strcmp(file, "-") == 0)
		(void)fputs(page, stdout);
	else
		status = replace(file, page);
	free(page);
	return status;
}

enum command_status
command_matrix(const struct arguments *a)
{
	enum command_status status = COMMAND_FINE;
	struct stssl_classes *classes;
	json_t *matrix;

	if (a->json && a->html != NULL)
		return command_object("--json", "goes without --html");
	classes = command_classes(a);
	if (classes == NULL)
		return COMMAND_UNKNOWN;
	matrix = matrix_json(classes, command_classes_path(a));
	(void)stssl_classes_free(classes);
	if (a->html != NULL)
		status = write_html(matrix, a->html);
	else if (a->json)
		output_json(json_incref(matrix));
	else
		print_text(matrix);
	json_decref(matrix);
	return status;
}
