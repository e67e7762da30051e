/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tables that are made from the lists of the headers.
 */
#include <config.h>
#include "policy/tools/words.h"

#include "policy/keys.h"

struct words {
	const char *word, *text;
};

static const struct words facts[STSSL_FACTS_COUNT] = {
#define X(name, word, text) [STSSL_FACTS_##name] = { word, text },
	STSSL_FACTS(X)
#undef X
};

static const struct words ends[STSSL_WAY_END_COUNT] = {
#define X(name, word, text) [STSSL_WAY_##name] = { word, text },
	STSSL_WAY_ENDS(X)
#undef X
};

static const struct words criteria[STSSL_CRITERION_COUNT] = {
#define X(name, key, text) [STSSL_CRITERION_##name] = { key, text },
	STSSL_CRITERIA(X)
#undef X
};

static const struct {
	const char *pam, *text;
} reasons[STSSL_REASON_COUNT] = {
#define X(name, word, text, pam) [STSSL_REASON_##name] = { "PAM_" #pam, text },
	STSSL_REASONS(X)
#undef X
};

/* An enum may hold any integer; the first of it stands for the others. */
static unsigned
known(unsigned value, unsigned count)
{
	return value < count ? value : 0;
}

const char *
stssl_reason_text(enum stssl_reason r)
{
	return reasons[known((unsigned)r, STSSL_REASON_COUNT)].text;
}

const char *
stssl_reason_pam(enum stssl_reason r)
{
	return reasons[known((unsigned)r, STSSL_REASON_COUNT)].pam;
}

const char *
stssl_facts_word(enum stssl_facts f)
{
	return facts[known((unsigned)f, STSSL_FACTS_COUNT)].word;
}

const char *
stssl_facts_text(enum stssl_facts f)
{
	return facts[known((unsigned)f, STSSL_FACTS_COUNT)].text;
}

const char *
stssl_way_end_word(enum stssl_way_end end)
{
	return ends[known((unsigned)end, STSSL_WAY_END_COUNT)].word;
}

const char *
stssl_way_end_text(enum stssl_way_end end)
{
	return ends[known((unsigned)end, STSSL_WAY_END_COUNT)].text;
}

const char *
stssl_criterion_key(enum stssl_criterion c)
{
	return criteria[known((unsigned)c, STSSL_CRITERION_COUNT)].word;
}

const char *
stssl_criterion_text(enum stssl_criterion c)
{
	return criteria[known((unsigned)c, STSSL_CRITERION_COUNT)].text;
}

const char *
stssl_keys_word(const char *key, int value)
{
	const struct stssl_conf_key *classes =
	    stssl_conf_key(stssl_keys, "class");
	const struct stssl_conf_key *row = stssl_conf_key(classes->keys, key);

	if (row == NULL)
		row = stssl_conf_key(stssl_keys, key);
	if (row == NULL || value < 0 || value >= STSSL_CONF_WORDS ||
	    row->words[value] == NULL)
		return "";
	return row->words[value];
}
