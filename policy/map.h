/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The `map` sections of classes.conf: from a name in a certificate to a user
 * name, by extended regular expressions that must match the whole name.
 */
#ifndef POLICY_MAP_H
#define POLICY_MAP_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "policy/subject.h"
#include "policy/user.h"

/* Bytes of an expression, and lines in all maps of a file. */
#define STSSL_MAP_EXPRESSION_MAX 256
#define STSSL_MAP_LINES_MAX      256
#define STSSL_MAP_ERROR          128

/* One line: "EXPRESSION USER"; all but the regex is borrowed. */
struct stssl_map_line {
	const char *map; /* the name of its map */
	enum stssl_subject kind;
	const char *text;
	const char *user; /* in `text` */
	regex_t regex;
};

/* The lines of all maps of a file. */
struct stssl_maps {
	struct stssl_map_line *lines;
	size_t count;
};

/*
 * Compile one line: an extended regular expression, blanks, and a user name in
 * which \1 to \9 stand for what the expression's parentheses match.  Returns
 * NULL, and *ret is to be emptied by stssl_map_line_done(); or what is wrong, a
 * text that lasts, or is in `why`.
 */
const char *stssl_map_line_compile(const char *map, enum stssl_subject kind,
    const char *text, struct stssl_map_line *ret,
    char why[static STSSL_MAP_ERROR]);

void stssl_map_line_done(struct stssl_map_line *line);

/* Is there a map of this name?  Each has at least one line. */
bool stssl_map_exists(const struct stssl_maps *maps, const char *map);

/* Has a map, which may be NULL, a line for this kind of names? */
bool stssl_map_has(
    const struct stssl_maps *maps, const char *map, enum stssl_subject kind);

/*
 * The user whom the map's lines of this kind make of a name.  Returns 1 and a
 * name that is stssl_user_valid(); 0 when no line matches; -ENOTUNIQ when two
 * lines match that make different users; -EBADMSG when a line that matches
 * makes what is no user name; -ENOMEM.
 */
int stssl_map_apply(const struct stssl_maps *maps, const char *map,
    enum stssl_subject kind, const char *name,
    char ret_user[static STSSL_USER_MAX + 1]);

/*
 * Compile all maps of a file; names and texts are the conf's.  Returns 0; or a
 * negative errno with error->text set (-EBADMSG for a faulty line, a map
 * without one, and too many of them).  stssl_maps_done() empties *ret, which is
 * all zero at first, in any case.
 */
int stssl_maps_read(const struct stssl_conf *conf, struct stssl_maps *ret,
    struct stssl_error *error);

void stssl_maps_done(struct stssl_maps *maps);

#endif
