/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One value of a configuration file against its row in the table of keys.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "conf/conf.h"

/* Room for what is wrong with a value. */
#define STSSL_VALUE_WHY 192

/*
 * What is wrong with a value of a key that is no section: a text that lasts,
 * or is in `why`.  NULL when nothing is; then *ret_number is what a WORD, a
 * NUMBER or a SWITCH stands for.
 */
const char *stssl_value_check(const struct stssl_conf_key *key,
    const char *value, int *ret_number, char why[static STSSL_VALUE_WHY]);

#endif
