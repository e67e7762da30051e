/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each fact of a class becomes a line, "key value"; the lines of a class are
 * sorted, and equal ones written once.  So order and repetition in the file
 * are gone without a rule for each key.
 */
#include <config.h>
#include "policy/tools/canonical.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/class.h"
#include "policy/tools/pattern_form.h"
#include "policy/tools/words.h"
#include "status/quote.h"

#define QUOTED_MAX (1024 * 4 + 6)
#define FIRST_LINE "stssl-policy 1\n"

struct lines {
	char **list;
	size_t count;
	size_t size;
	bool failed; /* out of memory, or what cannot have been read */
};

static void
lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->list[i]);
	free(lines->list);
}

static bool
grow(struct lines *lines)
{
	size_t size = lines->size == 0 ? 64 : 2 * lines->size;
	void *list;

	if (lines->count < lines->size)
		return true;
	list = reallocarray(lines->list, size, sizeof *lines->list);
	if (list == NULL)
		return false;
	lines->list = list;
	lines->size = size;
	return true;
}

static void __attribute__((format(printf, 2, 3)))
add(struct lines *lines, const char *fmt, ...)
{
	va_list ap;
	char *line;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n < 0) {
		lines->failed = true;
	} else if (!grow(lines)) {
		free(line);
		lines->failed = true;
	} else {
		lines->list[lines->count++] = line;
	}
}

static void
add_quoted(struct lines *lines, const char *key, const char *value)
{
	char quoted[QUOTED_MAX];

	add(lines, "%s %s", key, stssl_quote(quoted, sizeof quoted, value));
}

static void
add_strings(
    struct lines *lines, const char *key, const struct stssl_values *values)
{
	for (size_t i = 0; i < values->count; i++)
		add_quoted(lines, key, values->list[i]);
}

/* "*" among them is as good as no pattern at all. */
static void
add_users(
    struct lines *lines, const struct stssl_class *c, enum stssl_names names)
{
	for (size_t i = 0; i < c->users.count; i++)
		if (strcmp(c->users.list[i], "*") == 0)
			return;
	add_strings(lines, "user", &c->users);
	if (c->users.count > 0 && names != STSSL_NAMES_EXACT)
		add(lines, "user-names %s",
		    stssl_keys_word("user-names", (int)names));
}

static void
add_groups(struct lines *lines, const struct stssl_class *c)
{
	for (size_t i = 0; i < c->groups.count; i++) {
		struct stssl_group group;

		if (stssl_group_parse(c->groups.list[i], &group) < 0)
			lines->failed = true;
		else if (group.name != NULL)
			add_quoted(lines, "group", group.name);
		else
			add(lines, "group %lu", (unsigned long)group.gid);
	}
}

static void
add_from(struct lines *lines, const struct stssl_class *c)
{
	char text[STSSL_PATTERN_TEXT];

	for (size_t i = 0; i < c->from.count; i++) {
		struct stssl_pattern pattern;

		if (stssl_pattern_parse(c->from.list[i], &pattern) < 0)
			lines->failed = true;
		else
			add(lines, "from %s",
			    stssl_pattern_canonical(&pattern, text));
	}
}

static void
add_domains(
    struct lines *lines, const char *key, const struct stssl_values *domains)
{
	char name[STSSL_SUBJECT_MAX];

	for (size_t i = 0; i < domains->count; i++)
		if (stssl_subject_canonical(
			STSSL_SUBJECT_DNS, domains->list[i], name) == 0)
			add(lines, "%s %s", key, name);
}

/* Without the blanks around it, behind which the user is. */
static void
expression_of(const struct stssl_map_line *line,
    char ret[static STSSL_MAP_EXPRESSION_MAX + 1])
{
	static const char blanks[] = " \t";
	const char *text = line->text + strspn(line->text, blanks);
	size_t len = (size_t)(line->user - text);

	while (len > 0 && strchr(blanks, text[len - 1]) != NULL)
		len--;
	(void)snprintf(
	    ret, STSSL_MAP_EXPRESSION_MAX + 1, "%.*s", (int)len, text);
}

static void
add_map_line(
    struct lines *lines, const char *way, const struct stssl_map_line *line)
{
	char expression[QUOTED_MAX], user[QUOTED_MAX];
	char text[STSSL_MAP_EXPRESSION_MAX + 1];

	expression_of(line, text);
	add(lines, "map %s %s %s", way,
	    stssl_quote(expression, sizeof expression, text),
	    stssl_quote(user, sizeof user, line->user));
}

static void
add_way(struct lines *lines, const struct stssl_identity_rules *rules,
    enum stssl_identity way)
{
	const char *word = stssl_identity_word(way);

	if (way == STSSL_IDENTITY_FILE)
		add_quoted(lines, "identity file", rules->directory);
	else
		add(lines, "identity %s", word);
	if (way == STSSL_IDENTITY_EMAIL)
		add_domains(lines, "email-domain", &rules->email_domains);
	if (way == STSSL_IDENTITY_UPN)
		add_domains(lines, "upn-domain", &rules->upn_domains);
	for (size_t i = 0; rules->map != NULL && i < rules->maps->count; i++) {
		const struct stssl_map_line *line = &rules->maps->lines[i];

		if (line->kind == stssl_identity_subject(way) &&
		    strcmp(line->map, rules->map) == 0)
			add_map_line(lines, word, line);
	}
}

static void
add_rules(struct lines *lines, const struct stssl_class *c)
{
	add(lines, "login %s", stssl_keys_word("login", (int)c->login));
	if (c->login == STSSL_LOGIN_REFUSE)
		return; /* the other rules change nothing */
	add(lines, "ssl %s", stssl_keys_word("ssl", (int)c->ssl));
	add(lines, "data %s", stssl_keys_word("data", (int)c->data_private));
	add(lines, "min-protocol %s",
	    stssl_keys_word("min-protocol", (int)c->min_protocol));
	if (c->ssl == STSSL_SSL_REQUIRED && c->ssh)
		add(lines, "ssh %s", stssl_keys_word("ssh", (int)c->ssh));
	if (c->login == STSSL_LOGIN_EITHER)
		add(lines, "bad-certificate %s",
		    stssl_keys_word("bad-certificate", (int)c->bad));
	for (int i = 0;
	     c->login != STSSL_LOGIN_PASSWORD && i < STSSL_IDENTITY_COUNT; i++)
		if ((c->identity.ways & 1u << i) != 0)
			add_way(lines, &c->identity, (enum stssl_identity)i);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
write_class(FILE *out, const struct stssl_class *c, enum stssl_names names)
{
	struct lines lines = { .count = 0 };
	char name[QUOTED_MAX];

	add_users(&lines, c, names);
	add_strings(&lines, "service", &c->services);
	add_groups(&lines, c);
	add_from(&lines, c);
	add_strings(&lines, "listener", &c->listeners);
	add_strings(&lines, "edge", &c->edges);
	add(&lines, "type %s", stssl_keys_word("type", (int)c->type));
	add_rules(&lines, c);
	if (!lines.failed) {
		qsort(lines.list, lines.count, sizeof *lines.list, compare);
		(void)fprintf(
		    out, "class %s\n", stssl_quote(name, sizeof name, c->name));
	}
	for (size_t i = 0; !lines.failed && i < lines.count; i++)
		if (i == 0 || strcmp(lines.list[i - 1], lines.list[i]) != 0)
			(void)fprintf(out, "\t%s\n", lines.list[i]);
	lines_done(&lines);
	return lines.failed ? -ENOMEM : 0;
}

int
stssl_classes_canonical(const struct stssl_classes *classes, char **ret)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r = 0;

	if (out == NULL)
		return -ENOMEM;
	(void)fputs(FIRST_LINE, out);
	for (size_t i = 0; r == 0 && i < classes->count; i++)
		if (classes->list[i].enabled)
			r = write_class(out, &classes->list[i], classes->names);
	if (ferror(out) != 0)
		r = -ENOMEM;
	if (fclose(out) != 0)
		r = -ENOMEM;
	if (r < 0) {
		free(text);
		return r;
	}
	*ret = text;
	return 0;
}
