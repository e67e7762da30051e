/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Classes that nobody can ever be in, because an earlier one takes all their
 * users: for `stsslctl check`, never for a decision.
 */
#ifndef POLICY_SHADOW_H
#define POLICY_SHADOW_H

#include "policy/class.h"

/*
 * The first enabled class before number `n`, counted from 0, that certainly
 * matches whenever that one does; NULL when there is none, and for a class that
 * is not enabled.  Only pairs of classes are compared: that two earlier ones
 * take all users of a third together is not found out.
 */
const struct stssl_class *stssl_class_shadow(
    const struct stssl_classes *classes, size_t n);

#endif
