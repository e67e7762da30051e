/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The words for what a watcher of decisions is told.
 */
#include <config.h>
#include "policy/trace.h"

static const struct {
	const char *key;
	const char *text;
} criteria[STSSL_CRITERION_COUNT] = {
#define X(name, key, text) [STSSL_CRITERION_##name] = { key, text },
	STSSL_CRITERIA(X)
#undef X
};

/* An enum may hold any integer; NONE's number for those out of range. */
static unsigned
criterion_index(enum stssl_criterion c)
{
	unsigned i = (unsigned)c;

	return i < STSSL_CRITERION_COUNT ? i : (unsigned)STSSL_CRITERION_NONE;
}

const char *
stssl_criterion_key(enum stssl_criterion c)
{
	return criteria[criterion_index(c)].key;
}

const char *
stssl_criterion_text(enum stssl_criterion c)
{
	return criteria[criterion_index(c)].text;
}
