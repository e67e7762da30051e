/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks values: one function for each type of keys.  Numbers are decimal ones
 * and nothing else, because 010 is ten to one reader and eight to another.
 */
#include <config.h>
#include "conf/value.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "status/ascii.h"

/* More digits than this are out of any range, and might not fit an int. */
#define DIGITS_MAX 9

static const char *
check_text(const struct stssl_conf_key *key, const char *value, int *ret_number,
    char why[static STSSL_VALUE_WHY])
{
	(void)why;
	*ret_number = 0;
	return key->check != NULL ? key->check(value) : NULL;
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

const char *
stssl_value_check(const struct stssl_conf_key *key, const char *value,
    int *ret_number, char why[static STSSL_VALUE_WHY])
{
	static const char *(*const checks[STSSL_CONF_TYPE_COUNT])(
	    const struct stssl_conf_key *, const char *, int *,
	    char why[static STSSL_VALUE_WHY]) = {
		[STSSL_CONF_TEXT] = check_text,
		[STSSL_CONF_VALUE] = check_parsed,
		[STSSL_CONF_LIST] = check_text,
		[STSSL_CONF_ARRAY] = check_parsed,
		[STSSL_CONF_WORD] = check_word,
		[STSSL_CONF_NUMBER] = check_number,
		[STSSL_CONF_SWITCH] = check_switch,
	};

	return checks[key->type](key, value, ret_number, why);
}
