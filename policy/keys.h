/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of classes.conf and the values that each of them takes.
 */
#ifndef POLICY_KEYS_H
#define POLICY_KEYS_H

#include "conf/key.h"

/*
 * The keys at the top, for struct stssl_classes; those of a class are for
 * struct stssl_class.  What is in `from` and in the lists of maps is not
 * checked by them, but when it is parsed.
 */
extern const struct stssl_conf_key stssl_keys[];

#endif
