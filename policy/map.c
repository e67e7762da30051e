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

/* In the C locale, whichever one the daemon has chosen. */
static int
compile(const char *expression, regex_t *ret, char why[static STSSL_MAP_ERROR])
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), old;
	int r;

	if (c == (locale_t)0) {
		(void)snprintf(why, STSSL_MAP_ERROR, "out of memory");
		return -EBADMSG;
	}
	old = uselocale(c);
	r = regcomp(ret, expression, REG_EXTENDED);
	if (r != 0)
		(void)regerror(r, ret, why, STSSL_MAP_ERROR);
	(void)uselocale(old);
	freelocale(c);
	return r == 0 ? 0 : -EBADMSG;
}

static int
complain(char why[static STSSL_MAP_ERROR], const char *text)
{
	(void)snprintf(why, STSSL_MAP_ERROR, "%s", text);
	return -EBADMSG;
}

/* User names have no blanks, so the last word is one. */
static int
split(const char *text, char expression[static STSSL_MAP_EXPRESSION_MAX + 1],
    const char **ret_user, char why[static STSSL_MAP_ERROR])
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
		return complain(why, "not an expression and a user name");
	if (len > STSSL_MAP_EXPRESSION_MAX)
		return complain(why, "the expression is too long");
	memcpy(expression, text, len);
	expression[len] = '\0';
	return 0;
}

int
stssl_map_line_compile(enum stssl_subject kind, const char *text,
    struct stssl_map_line *ret, char ret_why[static STSSL_MAP_ERROR])
{
	char expression[STSSL_MAP_EXPRESSION_MAX + 1];
	struct stssl_map_line line = { .kind = kind, .text = text };
	const char *why;
	int r = split(text, expression, &line.user, ret_why);

	if (r < 0)
		return r;
	why = refused(expression);
	if (why != NULL)
		return complain(ret_why, why);
	r = compile(expression, &line.regex, ret_why);
	if (r < 0)
		return r;
	why = check_user(line.user, line.regex.re_nsub);
	if (why != NULL) {
		regfree(&line.regex);
		return complain(ret_why, why);
	}
	*ret = line;
	return 0;
}

void
stssl_map_line_done(struct stssl_map_line *line)
{
	regfree(&line->regex);
	line->text = NULL;
	line->user = NULL;
}

bool
stssl_map_has(const struct stssl_map *map, enum stssl_subject kind)
{
	for (size_t i = 0; map != NULL && i < map->count; i++)
		if (map->lines[i].kind == kind)
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
stssl_map_apply(const struct stssl_map *map, enum stssl_subject kind,
    const char *name, char ret_user[static STSSL_USER_MAX + 1])
{
	char user[STSSL_USER_MAX + 1] = "", other[STSSL_USER_MAX + 1] = "";
	int found = 0;

	for (size_t i = 0; i < map->count; i++) {
		int r = map->lines[i].kind != kind
			    ? 0
			    : apply_line(
				  &map->lines[i], name, found ? other : user);

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

static int
out_of_memory(struct stssl_error *error)
{
	(void)snprintf(error->text, sizeof error->text, "out of memory");
	return -ENOMEM;
}

/* The lines of a way in a map's section; none for the way "file". */
static struct stssl_values
lines_of(const struct stssl_conf_section *section, enum stssl_identity way)
{
	if (stssl_identity_subject(way) == STSSL_SUBJECT_COUNT)
		return (struct stssl_values){ NULL, 0 };
	return stssl_conf_values(section, stssl_identity_word(way));
}

static size_t
count_lines(const struct stssl_conf_section *section)
{
	size_t count = 0;

	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++)
		count += lines_of(section, (enum stssl_identity)i).count;
	return count;
}

static int
fill_way(struct stssl_map *map, const struct stssl_conf_section *section,
    enum stssl_identity way, struct stssl_error *error)
{
	struct stssl_values lines = lines_of(section, way);
	char why[STSSL_MAP_ERROR];

	for (size_t i = 0; i < lines.count; i++) {
		if (stssl_map_line_compile(stssl_identity_subject(way),
			lines.list[i], &map->lines[map->count], why) < 0)
			return stssl_conf_wrong(
			    section, stssl_identity_word(way), i, why, error);
		map->count++;
	}
	return 0;
}

static int
fill(struct stssl_map *map, const struct stssl_conf_section *section,
    struct stssl_error *error)
{
	int r = 0;

	map->name = stssl_conf_title(section);
	map->lines = calloc(count_lines(section), sizeof *map->lines);
	if (map->lines == NULL)
		return out_of_memory(error);
	for (int i = 0; r == 0 && i < STSSL_IDENTITY_COUNT; i++)
		r = fill_way(map, section, (enum stssl_identity)i, error);
	return r;
}

static int
check(const struct stssl_conf_section *section, size_t *lines,
    struct stssl_error *error)
{
	size_t count = count_lines(section);

	if (count == 0)
		return stssl_conf_error(
		    section, "", error, "a map without a line");
	*lines += count;
	if (*lines > STSSL_MAP_LINES_MAX)
		return stssl_conf_error(section, "", error,
		    "more than %d lines in all maps", STSSL_MAP_LINES_MAX);
	return 0;
}

int
stssl_maps_read(const struct stssl_conf *conf, struct stssl_maps *ret,
    struct stssl_error *error)
{
	const struct stssl_conf_section *section = NULL;
	size_t n = stssl_conf_count(conf, "map"), lines = 0;
	struct stssl_maps maps = { .count = 0 };
	int r = 0;

	maps.list = calloc(n == 0 ? 1 : n, sizeof *maps.list);
	if (maps.list == NULL)
		return out_of_memory(error);
	while (r == 0 &&
	       (section = stssl_conf_next(conf, "map", section)) != NULL) {
		r = check(section, &lines, error);
		if (r == 0)
			r = fill(&maps.list[maps.count++], section, error);
	}
	if (r < 0) {
		stssl_maps_done(&maps);
		return r;
	}
	*ret = maps;
	return 0;
}

void
stssl_maps_done(struct stssl_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++) {
		struct stssl_map *map = &maps->list[i];

		for (size_t n = 0; n < map->count; n++)
			stssl_map_line_done(&map->lines[n]);
		free(map->lines);
	}
	free(maps->list);
	*maps = (struct stssl_maps){ 0 };
}

const struct stssl_map *
stssl_maps_find(const struct stssl_maps *maps, const char *name)
{
	for (size_t i = 0; i < maps->count; i++)
		if (strcmp(maps->list[i].name, name) == 0)
			return &maps->list[i];
	return NULL;
}
