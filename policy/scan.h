/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the text of a configuration file to the lists of policy/tree.h.
 */
#ifndef POLICY_SCAN_H
#define POLICY_SCAN_H

#include "policy/token.h"
#include "policy/tree.h"

/*
 * Scan conf->text, of `len` bytes and a NUL, by `keys` into the lists of an
 * otherwise empty conf.  Returns 0; -EBADMSG and *ret_mistake; or -ENOMEM.  It
 * leaves lists that are to be freed in any case.
 */
int stssl_scan(struct stssl_conf *conf, size_t len,
    const struct stssl_conf_key *keys, struct stssl_mistake *ret_mistake);

#endif
