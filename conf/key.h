/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A program that reads a configuration file describes its keys in a table, and
 * gets values or an error.
 */
#ifndef CONF_KEY_H
#define CONF_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define STSSL_ERROR_TEXT 512
/* Most words that a key can take, and most keys of a table. */
#define STSSL_CONF_WORDS 6
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

/* The key of this name in a table; NULL when there is none. */
const struct stssl_conf_key *stssl_conf_key(
    const struct stssl_conf_key *keys, const char *name);

#endif
