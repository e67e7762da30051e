/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A policy in one canonical text: the same for two files that mean the same,
 * different for two that do not.  Two machines compare it, or a digest of it,
 * to see that they apply the same rules.
 */
#ifndef POLICY_TOOLS_CANONICAL_H
#define POLICY_TOOLS_CANONICAL_H

#include "policy/classes.h"

/*
 * Write the policy, a line for each fact.  Classes that are not enabled are
 * left out, and so are maps but for the lines that a class uses, and what
 * changes nothing, such as `identity` of a class that asks for passwords only.
 * What was not given stands there with its default.  Within a criterion neither
 * order nor repetition counts; the order of classes does.
 * What identity files, groups and DNS say is not part of it.
 * Returns 0 and the text, to be freed by the caller; or -ENOMEM.
 */
int stssl_classes_canonical(const struct stssl_classes *classes, char **ret);

#endif
