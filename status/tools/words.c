/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The other way through the lists of status/words.h and status/record.h.
 */
#include <config.h>
#include "status/tools/words.h"

#include <string.h>

static const struct {
	const char *word, *text;
} failures[] = {
#define X(name, word, text) [STSSL_FAILURE_##name] = { word, text },
	STSSL_FAILURES(X)
#undef X
};

static const char *const keys[] = {
#define X(key, count) [STSSL_KEY_##key] = #key,
	STSSL_KEYS(X)
#undef X
};

static enum stssl_failure
known(enum stssl_failure f)
{
	return (unsigned)f < STSSL_FAILURE_COUNT ? f : STSSL_FAILURE_OTHER;
}

const char *
stssl_failure_word(enum stssl_failure f)
{
	return failures[known(f)].word;
}

const char *
stssl_failure_text(enum stssl_failure f)
{
	return failures[known(f)].text;
}

const char *
stssl_key_name(enum stssl_key key)
{
	return keys[key];
}

bool
stssl_verdict_parse(const char *word, enum stssl_verdict *ret)
{
	for (int i = 0; i < STSSL_VERDICT_COUNT; i++) {
		enum stssl_verdict v = (enum stssl_verdict)i;

		if (strcmp(word, stssl_verdict_word(v)) == 0) {
			*ret = v;
			return true;
		}
	}
	return false;
}
