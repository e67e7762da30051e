/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why a certificate did not verify, for logs and people; the keys of records;
 * verdicts read.
 */
#ifndef STATUS_TOOLS_WORDS_H
#define STATUS_TOOLS_WORDS_H

#include "status/record.h"
#include "status/words.h"

/* The word, or the text; "other"'s for a value that is none of the enum. */
const char *stssl_failure_word(enum stssl_failure f);
const char *stssl_failure_text(enum stssl_failure f);

/* The key as it stands in a record; of one that is MANY without its number. */
const char *stssl_key_name(enum stssl_key key);

/* Read a word.  False, and *ret untouched, when it is none of the list. */
bool stssl_verdict_parse(const char *word, enum stssl_verdict *ret);

#endif
