/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tokens of a configuration file: libConfuse's syntax as far as the two
 * mean the same, and nothing beyond it.
 */
#ifndef POLICY_TOKEN_H
#define POLICY_TOKEN_H

#include <stddef.h>

#include "policy/scan.h"

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

/* Set at, end, line (to 1) and mistake; the rest is 0 at first. */
struct stssl_tokens {
	char *at;
	char *end;
	unsigned line;
	const char *word; /* of the last WORD, without quotes, not terminated */
	size_t word_len;
	int error; /* 0, -EBADMSG, or what the user puts there */
	struct stssl_scan_mistake *mistake;
};

/* The next token.  Comments on the way are overwritten with blanks. */
enum stssl_token stssl_token_next(struct stssl_tokens *s);

/* Note a mistake and set s->error; only the first one counts. */
void stssl_token_mistake(struct stssl_tokens *s, unsigned line, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

#endif
