/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an Edge can say about a login before its Server does, stssl-link(7).
 * It has the same classes, and none of what else they are about.
 */
#ifndef POLICY_TOOLS_EARLY_H
#define POLICY_TOOLS_EARLY_H

#include "policy/judge.h"

/*
 * Refuse, with the reason, whom stssl_judge() on the Server refuses for sure;
 * leave all others to it: STSSL_VERDICT_PASSWORD.  The Server alone knows its
 * listener, the Edge's name, its users, groups and DNS, so a class with such a
 * criterion may be the user's or not; and it alone says whose a certificate is,
 * and whether it is good.  ret->class_name is "".
 */
void stssl_judge_early(const struct stssl_classes *classes,
    const struct stssl_login *login, struct stssl_judgement *ret);

#endif
