/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why a certificate did not verify, for logs and people, and verdicts read.
 */
#ifndef STATUS_TOOLS_WORDS_H
#define STATUS_TOOLS_WORDS_H

#include "status/words.h"

/* The word, or the text; "other"'s for a value that is none of the enum. */
const char *stssl_failure_word(enum stssl_failure f);
const char *stssl_failure_text(enum stssl_failure f);

/* Read a word.  False, and *ret untouched, when it is none of the list. */
bool stssl_verdict_parse(const char *word, enum stssl_verdict *ret);

#endif
