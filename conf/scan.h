/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the text of a configuration file to the lists of conf/tree.h.
 */
#ifndef CONF_SCAN_H
#define CONF_SCAN_H

#include "conf/token.h"
#include "conf/tree.h"

/*
 * Scan conf->text, of `len` bytes and a NUL, by `keys` into the lists of an
 * otherwise empty conf.  Returns 0; -EBADMSG and *ret_mistake; or -ENOMEM.  It
 * leaves lists that are to be freed in any case.
 */
int stssl_scan(struct stssl_conf *conf, size_t len,
    const struct stssl_conf_key *keys, struct stssl_mistake *ret_mistake);

#endif
