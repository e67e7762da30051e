/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of classes.conf and the values that each of them takes.
 */
#ifndef POLICY_KEYS_H
#define POLICY_KEYS_H

#include "policy/conf.h"

/* As stssl_conf_read(): every value that stands in the file is valid then. */
int stssl_keys_read(
    const char *path, struct stssl_conf **ret, struct stssl_error *error);

/*
 * The value of a key that takes one of a few words, as the enum it stands for;
 * `otherwise` when the key was not given.
 */
int stssl_keys_choice(cfg_t *section, const char *key, int otherwise);

/*
 * The other way round: the word that stands for `value` in classes.conf, such
 * as "required" for the key "ssl"; "" when there is none.
 */
const char *stssl_keys_word(const char *key, int value);

#endif
