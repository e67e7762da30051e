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
 * The reason why a value of a key that is no section is wrong: a text that
 * lasts, or is in `why`.  NULL when it is right; then *ret_number is the value
 * of a WORD, a NUMBER or a SWITCH.
 */
const char *stssl_value_check(const struct stssl_conf_key *key,
    const char *value, int *ret_number, char why[static STSSL_VALUE_WHY]);

#endif
