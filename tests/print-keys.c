/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables of keys of both configuration files, for test-keys.sh: a line a
 * key, with tabs between file, section, key, type, default, bounds, words, and
 * the protocol that it is for.
 */
#include <config.h>

#include <stdio.h>

#include "conf/tools/types.h"
#include "policy/keys.h"
#include "setup/config_keys.h"

/* As the man pages call them. */
static const struct {
	const struct stssl_conf_type *type;
	const char *word;
} types[] = {
	{ STSSL_CONF_TEXT, "string" },
	{ STSSL_CONF_VALUE, "string" },
	{ STSSL_CONF_LIST, "list" },
	{ STSSL_CONF_ARRAY, "list" },
	{ STSSL_CONF_WORD, "word" },
	{ STSSL_CONF_NUMBER, "number" },
	{ STSSL_CONF_SWITCH, "word" },
	{ STSSL_CONF_SECTION, "section" },
	{ STSSL_CONF_TITLED, "section" },
};

static const char *
type_of(const struct stssl_conf_key *key)
{
	size_t i = 0;

	while (types[i].type != key->type)
		i++;
	return types[i].word;
}

static const char *const switched[STSSL_CONF_WORDS] = { "false", "true" };

/* A SWITCH that has no words of its own has the usual ones. */
static const char *const *
words_of(const struct stssl_conf_key *key)
{
	return key->type == STSSL_CONF_SWITCH && key->words[0] == NULL
		   ? switched
		   : key->words;
}

/* Nothing for a key without a default, or with one that other keys decide. */
static void
print_default(const struct stssl_conf_key *key)
{
	int word = key->type == STSSL_CONF_WORD ? key->word : key->on;

	if (key->type == STSSL_CONF_NUMBER)
		printf("%d", key->number);
	else if (words_of(key)[0] == NULL)
		printf("%s", key->text != NULL ? key->text : "");
	else if (word >= 0 && word < STSSL_CONF_WORDS &&
		 words_of(key)[word] != NULL)
		printf("%s", words_of(key)[word]);
}

static void
print_keys(
    const char *file, const char *section, const struct stssl_conf_key *keys)
{
	for (const struct stssl_conf_key *k = keys; k->name != NULL; k++) {
		const char *const *words = words_of(k);

		printf("%s\t%s\t%s\t%s\t", file, section, k->name, type_of(k));
		print_default(k);
		putchar('\t');
		if (k->type == STSSL_CONF_NUMBER)
			printf("%d to %d", k->low, k->high);
		putchar('\t');
		for (int i = 0; i < STSSL_CONF_WORDS && words[i] != NULL; i++)
			printf("%s%s", i > 0 ? " " : "", words[i]);
		printf("\t%s\n", k->only != NULL ? k->only : "");
		if (k->keys != NULL)
			print_keys(file, k->name, k->keys);
	}
}

int
main(void)
{
	print_keys("stssl-helper.conf", "top", config_keys);
	print_keys("stssl-classes.conf", "top", stssl_keys);
	return 0;
}
