/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mistakes in the order of the classes: classes that no user can ever be in,
 * because an earlier one takes all of them, and users who fall through a strict
 * class into a weaker one.  For `stsslctl check`, never
 * for a decision.
 */
#ifndef POLICY_TOOLS_SHADOW_H
#define POLICY_TOOLS_SHADOW_H

#include "policy/class.h"

/*
 * The first enabled class before number `n`, counted from 0, that certainly
 * matches whenever that one does; NULL when there is none, and for a class that
 * is not enabled.  Only pairs of classes are compared: that two earlier ones
 * take all users of a third together is not found out.
 */
const struct stssl_class *stssl_class_shadow(
    const struct stssl_classes *classes, size_t n);

/* Users who fall through a class, and into which one. */
struct stssl_fall {
	const char *user; /* a pattern of the class, as it compares names */
	const char *key;  /* the criterion that does not fit, such as "from" */
	const struct stssl_class *into;
};

/*
 * Does one of the user patterns of class number `n` fall through to a later
 * class that asks for less, when another criterion of class `n` does not fit?
 * True and *ret, the first such pattern and class; false when there is none,
 * for a class that is not enabled, and for one that refuses, since that names
 * whom it keeps out.  A pattern falls into the classes whose `user` takes all
 * of it, up to the first one that takes it whatever the other criteria say.
 */
bool stssl_class_falls(
    const struct stssl_classes *classes, size_t n, struct stssl_fall *ret);

#endif
