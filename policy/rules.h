/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a class of classes.conf says about identities, checked as a whole: a
 * way that needs something else has it, and nothing is there in vain.
 */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "conf/conf.h"
#include "policy/identity.h"
#include "policy/keys.h"
#include "policy/maps.h"

/*
 * Read the keys identity, email-domain, upn-domain and map of a class, which
 * are in `text` and come from `section`.  Returns 0 and fills *ret but for the
 * directory; or -EBADMSG with error->text set.
 */
int stssl_rules_read(const struct stssl_conf_section *section,
    const struct stssl_class_text *text, const struct stssl_maps *maps,
    struct stssl_identity_rules *ret, struct stssl_error *error);

#endif
