/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checking single values of a configuration file: keys that take one of a few
 * words, and what every check needs.
 */
#ifndef POLICY_CHOICE_H
#define POLICY_CHOICE_H

#include <confuse.h>

#define STSSL_CHOICE_WORDS 5

/* A key and its words; a word's index is the value of the key's enum. */
struct stssl_choice {
	const char *key;
	const char *words[STSSL_CHOICE_WORDS];
};

/*
 * Whether the value that libConfuse has just read for `opt` is one of its
 * words in `choices`, a table that a NULL key ends and that has this key.
 * Returns 0, or -1 after cfg_error() with all the words.
 */
int stssl_choice_check(
    const struct stssl_choice *choices, cfg_t *cfg, cfg_opt_t *opt);

/* The enum's value of a checked key; `otherwise` when it was not given. */
int stssl_choice_get(const struct stssl_choice *choices, cfg_t *section,
    const char *key, int otherwise);

/* The word of a value of this key's enum; "" when it is none of them. */
const char *stssl_choice_word(
    const struct stssl_choice *choices, const char *key, int value);

/* The value that libConfuse has just added to a key with strings. */
const char *stssl_value_last(cfg_opt_t *opt);

/* Complains of that value with cfg_error(); returns -1. */
int stssl_value_wrong(cfg_t *cfg, cfg_opt_t *opt, const char *why);

#endif
