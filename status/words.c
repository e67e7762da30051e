/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables behind status/words.h, made from its lists.  Says nothing of its
 * own.
 */
#include <config.h>
#include "status/words.h"

#include <string.h>

static const char *const failures[] = {
#define X(name, word, text) [STSSL_FAILURE_##name] = word,
	STSSL_FAILURES(X)
#undef X
};

static const char *const verdicts[] = {
#define X(name, word) [STSSL_VERDICT_##name] = word,
	STSSL_VERDICTS(X)
#undef X
};

bool
stssl_failure_parse(const char *word, enum stssl_failure *ret)
{
	for (unsigned i = 0; i < STSSL_FAILURE_COUNT; i++) {
		if (strcmp(word, failures[i]) == 0) {
			*ret = (enum stssl_failure)i;
			return true;
		}
	}
	return false;
}

const char *
stssl_verdict_word(enum stssl_verdict v)
{
	if ((unsigned)v >= STSSL_VERDICT_COUNT)
		v = STSSL_VERDICT_REFUSE;
	return verdicts[v];
}
