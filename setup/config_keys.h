/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of helper.conf and the values that each of them takes.
 */
#ifndef SETUP_CONFIG_KEYS_H
#define SETUP_CONFIG_KEYS_H

#include "setup/config.h"
#include "policy/conf.h"

/* As stssl_conf_read(): every value that stands in the file is valid then. */
int config_keys_read(
    const char *path, struct stssl_conf **ret, struct stssl_error *error);

/*
 * The value of a key that takes one of a few words, as the enum it stands for;
 * `otherwise` when the key was not given.
 */
int config_choice(cfg_t *section, const char *key, int otherwise);

#endif
