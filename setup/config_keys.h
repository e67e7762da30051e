/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of helper.conf and the values that each of them takes.
 */
#ifndef SETUP_CONFIG_KEYS_H
#define SETUP_CONFIG_KEYS_H

#include "conf/key.h"

/* The keys at the top, for stssl_conf_read(). */
extern const struct stssl_conf_key config_keys[];

#endif
