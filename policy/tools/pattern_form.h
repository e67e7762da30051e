/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Patterns of `from` against each other.
 */
#ifndef POLICY_TOOLS_PATTERN_FORM_H
#define POLICY_TOOLS_PATTERN_FORM_H

#include "policy/pattern.h"

/* The longest canonical form and its NUL. */
#define STSSL_PATTERN_TEXT 320

/*
 * One form for all patterns that have the same addresses, or the same pattern
 * of host names.  Returns `buf`.
 */
const char *stssl_pattern_canonical(
    const struct stssl_pattern *p, char buf[static STSSL_PATTERN_TEXT]);

/*
 * True only if all that is in `inner` is surely in `outer`, too; for patterns
 * of host names it may be false all the same.
 */
bool stssl_pattern_covers(
    const struct stssl_pattern *outer, const struct stssl_pattern *inner);

#endif
