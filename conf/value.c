/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The types of keys in both configuration files: each checks a value, and puts
 * it to its place.
 */
#include <config.h>
#include "conf/tree.h"

#include <stdio.h>
#include <string.h>

#include "status/ascii.h"

static const char *
check_text(const struct stssl_conf_key *key, const char *value, int *ret_number,
    char why[static STSSL_VALUE_WHY])
{
	(void)why;
	*ret_number = 0;
	return key->check != NULL ? key->check(value) : NULL;
}

static int
put_text(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	(void)conf;
	*(const char **)place =
	    entry != NULL ? entry->values.list[0] : key->text;
	return 0;
}

static int
put_list(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	static const struct stssl_values none = { NULL, 0 };

	(void)conf, (void)key;
	*(struct stssl_values *)place = entry != NULL ? entry->values : none;
	return 0;
}

static const char *
check_word(const struct stssl_conf_key *key, const char *value, int *ret_number,
    char why[static STSSL_VALUE_WHY])
{
	size_t len = 0;

	for (int i = 0; i < STSSL_CONF_WORDS && key->words[i] != NULL; i++)
		if (value[0] == key->words[i][0] &&
		    strcmp(value, key->words[i]) == 0) {
			*ret_number = i;
			return NULL;
		}
	for (int i = 0; i < STSSL_CONF_WORDS && key->words[i] != NULL; i++) {
		(void)snprintf(why + len, STSSL_VALUE_WHY - len, "%s %s",
		    i == 0 ? "not one of" : ",", key->words[i]);
		len += strlen(why + len);
	}
	return why;
}

static int
put_word(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	(void)conf;
	*(int *)place = entry != NULL ? entry->number : key->word;
	return 0;
}

static const char *
check_switch(const struct stssl_conf_key *key, const char *value,
    int *ret_number, char why[static STSSL_VALUE_WHY])
{
	static const struct {
		const char *word;
		bool on;
	} words[] = {
		{ "true", true },
		{ "yes", true },
		{ "on", true },
		{ "false", false },
		{ "no", false },
		{ "off", false },
	};

	if (key->words[0] != NULL)
		return check_word(key, value, ret_number, why);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (stssl_same_text(value, words[i].word)) {
			*ret_number = words[i].on;
			return NULL;
		}
	return "not one of true, yes, on, false, no, off";
}

static int
put_switch(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	(void)conf;
	*(bool *)place = entry != NULL ? entry->number != 0 : key->on;
	return 0;
}

const struct stssl_conf_type
    stssl_conf_text = { STSSL_SHAPE_VALUE, check_text, put_text },
    stssl_conf_list = { STSSL_SHAPE_LIST, check_text, put_list },
    stssl_conf_word = { STSSL_SHAPE_VALUE, check_word, put_word },
    stssl_conf_switch = { STSSL_SHAPE_VALUE, check_switch, put_switch },
    stssl_conf_titled = { STSSL_SHAPE_TITLED, NULL, NULL };
