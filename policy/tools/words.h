/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Words and texts for a decision and the steps to it, to be shown to people.
 */
#ifndef POLICY_TOOLS_WORDS_H
#define POLICY_TOOLS_WORDS_H

#include "policy/decide.h"
#include "policy/identity.h"
#include "policy/trace.h"

/*
 * The word, the text, or the name of the PAM code ("PAM_PERM_DENIED").  A value
 * that is none of its enum is, in this order, called INTERNAL, CLEAR, ABSENT or
 * NONE.
 */
const char *stssl_reason_text(enum stssl_reason r);
const char *stssl_reason_pam(enum stssl_reason r);
const char *stssl_facts_word(enum stssl_facts f);
const char *stssl_facts_text(enum stssl_facts f);
const char *stssl_way_end_word(enum stssl_way_end end);
const char *stssl_way_end_text(enum stssl_way_end end);
/* The key of classes.conf, or the text. */
const char *stssl_criterion_key(enum stssl_criterion c);
const char *stssl_criterion_text(enum stssl_criterion c);

/*
 * The word that stands for a value of a key that takes words, one of a class or
 * at the top, such as "required" for the key "ssl"; "" when there is none.
 */
const char *stssl_keys_word(const char *key, int value);

#endif
