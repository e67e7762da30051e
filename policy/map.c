/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Matches regular expressions against the names in a client's certificate.  In
 * the section of a map, a key is a way of identity, a value a line.  Their cost
 * is bounded when they are read: by their length, by how much they repeat, and
 * by having no references back, which would be tried over and over.
 */
#include <config.h>
#include "policy/map.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/expression.h"
#include "policy/ways.h"
#include "status/ascii.h"

#define BLANKS " \t"
#define GROUPS 10

/* The reason why an expression is too costly; NULL when it is not. */
static const char *
refused(const char *expression)
{
	for (const char *p = expression; *p != '\0'; p++) {
		if (*p == '\\' && stssl_is_digit(p[1]))
			return "\\1 is for the user name only";
		if (*p == '\\' && p[1] != '\0')
			p++;
	}
	return stssl_expression_is_cheap(expression)
		   ? NULL
		   : "the expression repeats too often";
}

/* The reason why a user name with \1 to \9 in it is wrong, or NULL. */
static const char *
check_user(const char *user, size_t groups)
{
	if (user[0] == '-')
		return "a user name does not begin with -";
	if (strlen(user) > STSSL_USER_MAX)
		return "the user name is too long";
	for (; *user != '\0'; user++) {
		if (*user < '!' || *user > '~' || *user == '/')
			return "not a user name at the end";
		if (*user != '\\')
			continue;
		user++;
		if (*user < '1' || *user > '9')
			return "in the user name, \\ is for \\1 to \\9 only";
		if ((size_t)(*user - '0') > groups)
			return "the user name has a \\ and number without "
			       "such parentheses";
	}
	return NULL;
}

/*
 * In the C locale, whichever one the daemon has chosen.  Returns NULL or what
 * is wrong.
 */
static const char *
compile(const char *expression, regex_t *ret, char why[static STSSL_MAP_ERROR])
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), old;
	int r;

	if (c == (locale_t)0)
		return "out of memory";
	old = uselocale(c);
	r = regcomp(ret, expression, REG_EXTENDED);
	if (r != 0)
		(void)regerror(r, ret, why, STSSL_MAP_ERROR);
	(void)uselocale(old);
	freelocale(c);
	return r != 0 ? why : NULL;
}

/* User names have no blanks, so the last word is one.  Returns as compile(). */
static const char *
split(const char *text, char expression[static STSSL_MAP_EXPRESSION_MAX + 1],
    const char **ret_user)
{
	size_t end = strlen(text), len;

	while (end > 0 && strchr(BLANKS, text[end - 1]) == NULL)
		end--;
	*ret_user = text + end;
	text += strspn(text, BLANKS);
	len = *ret_user > text ? (size_t)(*ret_user - text) : 0;
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	if (len == 0 || **ret_user == '\0')
		return "not an expression and a user name";
	if (len > STSSL_MAP_EXPRESSION_MAX)
		return "the expression is too long";
	memcpy(expression, text, len);
	expression[len] = '\0';
	return NULL;
}

const char *
stssl_map_line_compile(const char *map, enum stssl_subject kind,
    const char *text, struct stssl_map_line *ret,
    char why[static STSSL_MAP_ERROR])
{
	char expression[STSSL_MAP_EXPRESSION_MAX + 1];
	struct stssl_map_line line = { .map = map, .kind = kind, .text = text };
	const char *wrong = split(text, expression, &line.user);

	if (wrong == NULL)
		wrong = refused(expression);
	if (wrong == NULL)
		wrong = compile(expression, &line.regex, why);
	if (wrong != NULL)
		return wrong;
	wrong = check_user(line.user, line.regex.re_nsub);
	if (wrong != NULL)
		regfree(&line.regex);
	else
		*ret = line;
	return wrong;
}

void
stssl_map_line_done(struct stssl_map_line *line)
{
	regfree(&line->regex);
}

static bool
is_of(
    const struct stssl_map_line *line, const char *map, enum stssl_subject kind)
{
	return line->kind == kind && strcmp(line->map, map) == 0;
}

bool
stssl_map_exists(const struct stssl_maps *maps, const char *map)
{
	for (size_t i = 0; i < maps->count; i++)
		if (strcmp(maps->lines[i].map, map) == 0)
			return true;
	return false;
}

bool
stssl_map_has(
    const struct stssl_maps *maps, const char *map, enum stssl_subject kind)
{
	for (size_t i = 0; map != NULL && i < maps->count; i++)
		if (is_of(&maps->lines[i], map, kind))
			return true;
	return false;
}

/* Append one character of the user name, or the text of a \1. */
static int
put(char *user, size_t *len, const char *text, size_t text_len)
{
	if (text_len > STSSL_USER_MAX - *len)
		return -EBADMSG;
	memcpy(user + *len, text, text_len);
	*len += text_len;
	return 0;
}

static int
make_user(const char *template, const char *name,
    const regmatch_t groups[static GROUPS], char ret[static STSSL_USER_MAX + 1])
{
	size_t len = 0;
	int r = 0;

	for (; r == 0 && *template != '\0'; template ++) {
		const regmatch_t *group;

		if (*template != '\\') {
			r = put(ret, &len, template, 1);
			continue;
		}
		group = &groups[*++template - '0'];
		/* Parentheses that did not match anything have no text. */
		if (group->rm_so == -1)
			return -EBADMSG;
		r = put(ret, &len, name + group->rm_so,
		    (size_t)(group->rm_eo - group->rm_so));
	}
	ret[len] = '\0';
	return r == 0 && stssl_user_valid(ret) ? 1 : -EBADMSG;
}

/* POSIX takes the leftmost longest match: it must be the whole name. */
static int
apply_line(const struct stssl_map_line *line, const char *name,
    char ret_user[static STSSL_USER_MAX + 1])
{
	regmatch_t groups[GROUPS];
	int r = regexec(&line->regex, name, GROUPS, groups, 0);

	if (r == REG_ESPACE)
		return -ENOMEM;
	if (r != 0 || groups[0].rm_so != 0 || name[groups[0].rm_eo] != '\0')
		return 0;
	return make_user(line->user, name, groups, ret_user);
}

int
stssl_map_apply(const struct stssl_maps *maps, const char *map,
    enum stssl_subject kind, const char *name,
    char ret_user[static STSSL_USER_MAX + 1])
{
	char user[STSSL_USER_MAX + 1] = "", other[STSSL_USER_MAX + 1] = "";
	int found = 0;

	for (size_t i = 0; i < maps->count; i++) {
		int r = is_of(&maps->lines[i], map, kind)
			    ? apply_line(
				  &maps->lines[i], name, found ? other : user)
			    : 0;

		if (r < 0)
			return r;
		if (r == 1 && found && strcmp(user, other) != 0)
			return -ENOTUNIQ;
		found |= r;
	}
	if (found)
		memcpy(ret_user, user, strlen(user) + 1);
	return found;
}

/* The lines of one way in the section of a map. */
static int
read_way(struct stssl_maps *maps, const struct stssl_conf_section *section,
    enum stssl_identity way, struct stssl_error *error)
{
	const char *key = stssl_identity_word(way);
	struct stssl_values texts = stssl_conf_values(section, key);

	for (size_t i = 0; i < texts.count; i++) {
		char why[STSSL_MAP_ERROR];
		const char *wrong;

		if (maps->count == STSSL_MAP_LINES_MAX)
			return stssl_conf_error(section, "", error,
			    "more than %d lines in all maps",
			    STSSL_MAP_LINES_MAX);
		wrong = stssl_map_line_compile(stssl_conf_title(section),
		    stssl_identity_subject(way), texts.list[i],
		    &maps->lines[maps->count], why);
		if (wrong != NULL)
			return stssl_conf_wrong(section, key, i, wrong, error);
		maps->count++;
	}
	return 0;
}

static int
read_map(struct stssl_maps *maps, const struct stssl_conf_section *section,
    struct stssl_error *error)
{
	size_t before = maps->count;
	int r = 0;

	for (int i = 0; r == 0 && i < STSSL_IDENTITY_COUNT; i++)
		if (stssl_identity_subject((enum stssl_identity)i) !=
		    STSSL_SUBJECT_COUNT)
			r = read_way(
			    maps, section, (enum stssl_identity)i, error);
	if (r == 0 && maps->count == before)
		return stssl_conf_error(
		    section, "", error, "a map without a line");
	return r;
}

int
stssl_maps_read(const struct stssl_conf *conf, struct stssl_maps *ret,
    struct stssl_error *error)
{
	const struct stssl_conf_section *section =
	    stssl_conf_next(conf, "map", NULL);
	int r = 0;

	if (section == NULL)
		return 0;
	ret->lines = calloc(STSSL_MAP_LINES_MAX, sizeof *ret->lines);
	if (ret->lines == NULL) {
		(void)snprintf(
		    error->text, sizeof error->text, "out of memory");
		return -ENOMEM;
	}
	for (; r == 0 && section != NULL;
	     section = stssl_conf_next(conf, "map", section))
		r = read_map(ret, section, error);
	return r;
}

void
stssl_maps_done(struct stssl_maps *maps)
{
	while (maps->count > 0)
		stssl_map_line_done(&maps->lines[--maps->count]);
	free(maps->lines);
	maps->lines = NULL;
}
