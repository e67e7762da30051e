/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A type of keys: the work that depends on it.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "conf/tree.h"

/* Room for the reason why a value is wrong. */
#define STSSL_VALUE_WHY 192

enum stssl_conf_shape {
	STSSL_SHAPE_VALUE,   /* key = value */
	STSSL_SHAPE_LIST,    /* key = value, or { value, ... } */
	STSSL_SHAPE_SECTION, /* key { keys } */
	STSSL_SHAPE_TITLED,  /* key title { keys } */
	STSSL_SHAPE_COUNT
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
