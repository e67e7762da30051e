/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the class that a login belongs to.
 */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include "policy/class.h"
#include "policy/login.h"

/*
 * The first enabled class of which every criterion matches.  The user name is
 * valid.  Returns 1 and *ret, owned by the classes; 0 when none matches; or a
 * negative errno when NSS failed before that was sure.
 */
int stssl_class_find(const struct stssl_classes *classes,
    const struct stssl_login *login, const struct stssl_class **ret);

/*
 * Does one of the patterns of a criterion match what the helper has told with
 * this key?  True without patterns; with them, not for what it has not told.
 */
bool stssl_told_matches(const struct stssl_values *patterns,
    const struct stssl_login *login, enum stssl_key key);

#endif
