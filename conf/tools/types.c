/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The types of keys that only helper.conf has.  Numbers are decimal ones and
 * nothing else, because 010 is ten to one reader and eight to another.
 */
#include <config.h>
#include "conf/tools/types.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/tree.h"
#include "status/ascii.h"

/* More digits than this are out of any range, and might not fit an int. */
#define DIGITS_MAX 9

static const char *
check_number(const struct stssl_conf_key *key, const char *value,
    int *ret_number, char why[static STSSL_VALUE_WHY])
{
	const char *digits = value + (value[0] == '-');
	size_t len = strspn(digits, STSSL_DIGITS);
	int number = 0;

	if (len == 0 || digits[len] != '\0' ||
	    (digits[0] == '0' && (len > 1 || digits != value)))
		return "not a number in decimal";
	for (size_t i = 0; i < len && i < DIGITS_MAX; i++)
		number = number * 10 + (digits[i] - '0');
	if (digits != value)
		number = -number;
	if (len > DIGITS_MAX || number < key->low || number > key->high) {
		(void)snprintf(why, STSSL_VALUE_WHY, "not in %d ... %d",
		    key->low, key->high);
		return why;
	}
	*ret_number = number;
	return NULL;
}

static int
put_number(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	(void)conf;
	*(int *)place = entry != NULL ? entry->number : key->number;
	return 0;
}

/* The result is dropped: values are used when the whole file is right. */
static const char *
check_parsed(const struct stssl_conf_key *key, const char *value,
    int *ret_number, char why[static STSSL_VALUE_WHY])
{
	max_align_t unused[STSSL_CONF_WIDTH / sizeof(max_align_t)];

	(void)why;
	assert(key->width <= sizeof unused);
	*ret_number = 0;
	return key->parse(value, unused);
}

static int
put_value(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	const char *text = entry != NULL ? entry->values.list[0] : key->text;

	(void)conf;
	if (text != NULL)
		(void)key->parse(text, place);
	return 0;
}

/* Memory that is all zero, and freed with the file. */
static void *
room(struct stssl_conf *conf, size_t count, size_t width)
{
	struct stssl_room *fresh = calloc(1, sizeof *fresh + count * width);

	if (fresh == NULL)
		return NULL;
	SLIST_INSERT_HEAD(&conf->rooms, fresh, next);
	return fresh->bytes;
}

/* The values of a list, parsed, in memory that goes with the file. */
static int
put_array(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	struct stssl_array array = { NULL,
		entry == NULL ? 0 : entry->values.count };

	array.list = room(conf, array.count, key->width);
	if (array.list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < array.count; i++)
		(void)key->parse(
		    entry->values.list[i], (char *)array.list + i * key->width);
	memcpy(place, &array, sizeof array);
	return 0;
}

/* A SECTION, which conf/scan.c adds, empty, when the file has none. */
static int
put_section(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	const struct stssl_conf_section *section =
	    stssl_conf_next(conf, key->name, NULL);

	(void)entry;
	assert(section != NULL);
	return stssl_conf_fill(section, place);
}

const struct stssl_conf_type stssl_conf_number = { STSSL_SHAPE_VALUE,
	check_number, put_number },
			     stssl_conf_value = { STSSL_SHAPE_VALUE,
				     check_parsed, put_value },
			     stssl_conf_array = { STSSL_SHAPE_LIST,
				     check_parsed, put_array },
			     stssl_conf_section = { STSSL_SHAPE_SECTION, NULL,
				     put_section };
