/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values that are words of a short list, for both configuration files.
 */
#include <config.h>
#include "policy/choice.h"

#include <stdio.h>
#include <string.h>

static const struct stssl_choice *
choice_of(const struct stssl_choice *choices, const char *key)
{
	while (choices->key != NULL && strcmp(key, choices->key) != 0)
		choices++;
	return choices;
}

/* -1 when the word is not one of the choice's. */
static int
choice_value(const struct stssl_choice *choice, const char *word)
{
	for (int i = 0; i < STSSL_CHOICE_WORDS && choice->words[i] != NULL; i++)
		if (strcmp(word, choice->words[i]) == 0)
			return i;
	return -1;
}

const char *
stssl_value_last(cfg_opt_t *opt)
{
	return cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
}

int
stssl_value_wrong(cfg_t *cfg, cfg_opt_t *opt, const char *why)
{
	cfg_error(
	    cfg, "%s = \"%.128s\": %s", opt->name, stssl_value_last(opt), why);
	return -1;
}

int
stssl_choice_check(
    const struct stssl_choice *choices, cfg_t *cfg, cfg_opt_t *opt)
{
	const struct stssl_choice *choice = choice_of(choices, opt->name);
	char why[128] = "not one of";
	size_t len = strlen(why);

	if (choice_value(choice, stssl_value_last(opt)) >= 0)
		return 0;
	for (int i = 0; i < STSSL_CHOICE_WORDS && choice->words[i] != NULL;
	     i++) {
		(void)snprintf(why + len, sizeof why - len, "%s %s",
		    i == 0 ? "" : ",", choice->words[i]);
		len += strlen(why + len);
	}
	return stssl_value_wrong(cfg, opt, why);
}

const char *
stssl_choice_word(
    const struct stssl_choice *choices, const char *key, int value)
{
	const struct stssl_choice *choice = choice_of(choices, key);

	if (value < 0 || value >= STSSL_CHOICE_WORDS ||
	    choice->words[value] == NULL)
		return "";
	return choice->words[value];
}

int
stssl_choice_get(const struct stssl_choice *choices, cfg_t *section,
    const char *key, int otherwise)
{
	const char *word = cfg_getstr(section, key);

	return word != NULL ? choice_value(choice_of(choices, key), word)
			    : otherwise;
}
