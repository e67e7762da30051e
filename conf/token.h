/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tokens of a configuration file, as stssl-classes.conf(5) describes them.
 * Text that people might read in two ways is refused: an environment variable
 * ("${NAME}"), "+=", escapes that other programs know, bytes that have to be in
 * quotes.
 */
#ifndef CONF_TOKEN_H
#define CONF_TOKEN_H

#include <stdbool.h>

#include "conf/key.h"

enum stssl_token {
	STSSL_TOKEN_FAILED, /* a mistake was noted */
	STSSL_TOKEN_END,
	STSSL_TOKEN_WORD, /* with or without quotes */
	STSSL_TOKEN_EQUALS,
	STSSL_TOKEN_OPEN,
	STSSL_TOKEN_CLOSE,
	STSSL_TOKEN_COMMA,
	STSSL_TOKEN_COUNT
};

/* Set path, error, at, and line (to 1); the rest is 0 at first. */
struct stssl_tokens {
	const char *path;
	struct stssl_error *error;
	bool failed;
	char *at; /* a NUL is at the end of the text, and nowhere else */
	unsigned line;
	char *word; /* of the last WORD, without quotes and escapes */
	bool is_quoted;
	char *cut; /* where the NUL behind the last word without quotes is */
	char under_cut;
};

/*
 * The next token.  Words are made in the text itself, and a NUL is put behind
 * each: they last as long as the text.
 */
enum stssl_token stssl_token_next(struct stssl_tokens *s);

/* Note a mistake in error->text; only the first one counts.  Returns false. */
bool stssl_token_mistake(struct stssl_tokens *s, unsigned line, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

#endif
