/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A configuration file that was read, and the types of its keys: conf/scan.c
 * fills the lists, conf/conf.c hands out what is in them.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <stdarg.h>
#include <stdint.h>
#include <sys/queue.h>

#include "conf/key.h"

/* A key that was given, and its values. */
struct stssl_entry {
	const struct stssl_conf_key *key;
	struct stssl_values values;
	unsigned line;
	int number; /* the value of a WORD, a NUMBER or a SWITCH */
	struct stssl_entry *before; /* in its section */
};

/* Bit n of `given` is the nth key of the table. */
struct stssl_conf_section {
	struct stssl_conf *conf;
	const struct stssl_conf_key *kind; /* NULL for the top */
	const struct stssl_conf_key *keys;
	const char *title;
	uint64_t given;
	unsigned line;
	struct stssl_entry *last;
};

/* Memory that is freed with the file. */
struct stssl_room {
	SLIST_ENTRY(stssl_room) next;
	max_align_t bytes[];
};

/* Section number 0 is the top. */
struct stssl_conf {
	char *path;
	char *text;
	struct stssl_conf_section *sections;
	struct stssl_entry *entries;
	char **values;
	unsigned *lines; /* of the values */
	size_t section_count, entry_count, value_count;
	SLIST_HEAD(stssl_rooms, stssl_room) rooms;
};

/*
 * Scan conf->text, of `len` bytes and a NUL, by `keys` into the lists of an
 * otherwise empty conf.  Returns 0; -EBADMSG with error->text set; or -ENOMEM.
 * It leaves lists that are to be freed in any case.
 */
int stssl_scan(struct stssl_conf *conf, size_t len,
    const struct stssl_conf_key *keys, struct stssl_error *error);

/* Sets error->text to "path:line: what". */
void stssl_conf_say(struct stssl_error *error, const char *path, unsigned line,
    const char *fmt, va_list ap) __attribute__((format(printf, 4, 0)));

/* Room for the reason why a value is wrong. */
#define STSSL_VALUE_WHY 192

enum stssl_conf_shape {
	STSSL_SHAPE_VALUE,   /* key = value */
	STSSL_SHAPE_LIST,    /* key = value, or { value, ... } */
	STSSL_SHAPE_SECTION, /* key { keys } */
	STSSL_SHAPE_TITLED   /* key title { keys } */
};

struct stssl_conf_type {
	enum stssl_conf_shape shape;
	/*
	 * For keys that have values: the reason why one is wrong, a text that
	 * lasts, or is in `why`.  NULL when it is right; then *ret_number is
	 * kept in the entry.
	 */
	const char *(*check)(const struct stssl_conf_key *key,
	    const char *value, int *ret_number,
	    char why[static STSSL_VALUE_WHY]);
	/*
	 * Put the values of an entry to the place of their key in a struct, or
	 * the default when `entry` is NULL.  Returns 0 or -ENOMEM.  NULL for
	 * keys that have no place.
	 */
	int (*put)(struct stssl_conf *conf, const struct stssl_conf_key *key,
	    const struct stssl_entry *entry, void *place);
};

#endif
