/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a configuration file by a table of its keys.  stssl-classes.conf(5) has
 * the syntax.  The first mistake ends the reading, with one message,
 * "file:line: what"; nothing of a faulty file is used.
 *
 * Values are made in the text itself and listed in a few arrays, so that a
 * file of many sections costs few allocations.  Nothing in here is shared
 * between threads, writes to a stream, or ends the process: any thread of any
 * daemon can use it.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>

#define STSSL_CONF_MAX   (4 * 1024 * 1024)
#define STSSL_ERROR_TEXT 512
/* Most words that a key can take, and most keys of a table. */
#define STSSL_CONF_WORDS 5
#define STSSL_CONF_KEYS  64

/* One message without a newline; empty when there was no error. */
struct stssl_error {
	char text[STSSL_ERROR_TEXT];
};

/*
 * The types of keys: the form of a key in the file, and its field in the struct
 * that stssl_conf_fill() fills.  conf/tools/types.h has more.
 */
struct stssl_conf_type;
extern const struct stssl_conf_type
    stssl_conf_text,   /* key = text: const char * */
    stssl_conf_list,   /* key = { text, ... }: struct stssl_values */
    stssl_conf_word,   /* key = one of `words`: an int, its index */
    stssl_conf_switch, /* key = yes or no, or one of two `words`: a bool */
    stssl_conf_titled; /* key title { keys }, often, with other titles */

/* In a row of a table. */
#define STSSL_CONF_TEXT   (&stssl_conf_text)
#define STSSL_CONF_LIST   (&stssl_conf_list)
#define STSSL_CONF_WORD   (&stssl_conf_word)
#define STSSL_CONF_SWITCH (&stssl_conf_switch)
#define STSSL_CONF_TITLED (&stssl_conf_titled)

/*
 * Says what is wrong with a value, or with the title of a section, in a text
 * that lasts; NULL when nothing is.
 */
typedef const char *stssl_conf_check(const char *value);

/* The same, and reads a value that is right into *ret. */
typedef const char *stssl_conf_parse(const char *value, void *ret);

/*
 * All there is to say about a key, told here and nowhere else in the program.
 * A table of them ends with a NULL name.
 */
struct stssl_conf_key {
	const char *name;
	const struct stssl_conf_type *type;
	size_t place;            /* of its field in the struct */
	stssl_conf_check *check; /* TEXT, LIST, TITLED; may be NULL */
	stssl_conf_parse *parse; /* VALUE, ARRAY */
	size_t width;            /* VALUE, ARRAY: of what `parse` fills */
	bool filled;             /* LIST, ARRAY: it has an entry */
	const char *text;        /* TEXT, VALUE: the default, or NULL */
	int number, low, high;   /* NUMBER: default and bounds */
	bool on;                 /* SWITCH: the default */
	const char *words[STSSL_CONF_WORDS]; /* WORD, SWITCH */
	int word;                            /* WORD: the default */
	const struct stssl_conf_key *keys;   /* SECTION, TITLED: those inside */
	const char *only; /* for the caller: the sections that may have it */
};

/* Values of a key, in their order. */
struct stssl_values {
	char *const *list;
	size_t count;
};

struct stssl_conf;
struct stssl_conf_section;

/*
 * Read `path`, a trusted file (status/trust.h) of at most STSSL_CONF_MAX bytes,
 * by `keys`, which must outlive it.  Returns 0 and *ret, to be freed by
 * stssl_conf_free(); or a negative errno (-EBADMSG for a mistake in the text)
 * with error->text set.
 */
int stssl_conf_read(const char *path, const struct stssl_conf_key *keys,
    struct stssl_conf **ret, struct stssl_error *error);

/* Frees all values, too.  Takes NULL.  Returns NULL. */
struct stssl_conf *stssl_conf_free(struct stssl_conf *conf);

/* The keys at the top. */
const struct stssl_conf_section *stssl_conf_top(const struct stssl_conf *conf);

/*
 * The section of this name behind `last`, or the first one when `last` is NULL;
 * NULL when there is none.  A SECTION is there even if the file has none.
 */
const struct stssl_conf_section *stssl_conf_next(const struct stssl_conf *conf,
    const char *name, const struct stssl_conf_section *last);

/* How many sections of this name there are. */
size_t stssl_conf_count(const struct stssl_conf *conf, const char *name);

/* The title of a TITLED section. */
const char *stssl_conf_title(const struct stssl_conf_section *section);

/* True when the key was given.  Here and below, it is one of the section's. */
bool stssl_conf_given(
    const struct stssl_conf_section *section, const char *key);

/* The values of any key, as they were given; none when it was not. */
struct stssl_values stssl_conf_values(
    const struct stssl_conf_section *section, const char *key);

/*
 * All values of a section at once, each at the `place` of its key in *ret; at
 * the top those of each SECTION, too, but not of TITLED ones.  A key that was
 * not given has its default; a LIST or an ARRAY is empty then, and a VALUE
 * without a default leaves its field as it is.  Returns 0; or, with an ARRAY
 * only, -ENOMEM.
 */
int stssl_conf_fill(const struct stssl_conf_section *section, void *ret);

/* The key of this name in a table; NULL when there is none. */
const struct stssl_conf_key *stssl_conf_key(
    const struct stssl_conf_key *keys, const char *name);

/*
 * Tell a mistake in `key` of a section that was found after the file was read:
 * fills error->text with the file, the line on which the key was given (the
 * section's when it was not, 1 at the top) and the text.  For "" the line is
 * the section's.  Always returns -EBADMSG.
 */
int stssl_conf_error(const struct stssl_conf_section *section, const char *key,
    struct stssl_error *error, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for value `i` of a key, with its line and itself. */
int stssl_conf_wrong(const struct stssl_conf_section *section, const char *key,
    size_t i, const char *why, struct stssl_error *error);

#endif
