/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/ways.h"

#include <string.h>

static const struct {
	const char *word;
	enum stssl_subject subject;
} ways[STSSL_IDENTITY_COUNT] = {
#define X(name, word, subject) \
	[STSSL_IDENTITY_##name] = { word, STSSL_SUBJECT_##subject },
	STSSL_WAYS(X)
#undef X
};

const char *
stssl_identity_word(enum stssl_identity way)
{
	return (unsigned)way < STSSL_IDENTITY_COUNT ? ways[way].word : "";
}

enum stssl_subject
stssl_identity_subject(enum stssl_identity way)
{
	return (unsigned)way < STSSL_IDENTITY_COUNT ? ways[way].subject
						    : STSSL_SUBJECT_COUNT;
}

enum stssl_identity
stssl_identity_parse(const char *word)
{
	int i = 0;

	while (i < STSSL_IDENTITY_COUNT &&
	       (word[0] != ways[i].word[0] || strcmp(word, ways[i].word) != 0))
		i++;
	return (enum stssl_identity)i;
}
