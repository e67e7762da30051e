/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ways of identity that need not be told the user: all names of one kind
 * in the certificate lead to one user, or the way leads nowhere.
 */
#ifndef POLICY_DRAW_H
#define POLICY_DRAW_H

#include "policy/identity.h"

/* With more names of a kind than this, the way leads nowhere. */
#define STSSL_DRAW_NAMES 64

/*
 * Go tried->way, which is not STSSL_IDENTITY_FILE; the rest of *tried is 0.
 * Sets tried->end, to USER whoever the user is, and tried->name then.
 */
void stssl_draw(const struct stssl_identity_rules *rules,
    const struct stssl_record *record, struct stssl_way_tried *tried);

#endif
