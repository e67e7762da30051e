/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private keys: loaded, tried against their certificates, signed with, wiped.
 * Only the keyholder has them, and `stssl-helper -t` while it checks them.
 */
#ifndef HELPER_KEYHOLDER_KEYS_H
#define HELPER_KEYHOLDER_KEYS_H

#include "conf/conf.h"
#include "helper/base/keyrequest.h"
#include "setup/config.h"

struct keys;

/*
 * Load the keys that `config` names, PEM files or pkcs11: URLs (RFC 7512), and
 * check by a signature that each belongs to its certificate.  They have the
 * numbers of the certificates in the section tls; that of links, if there is
 * one, comes behind them, and behind it the keys of certificates that Edges
 * show.  A key that a Server has, CONFIG_KEY_LINK, is a number that signs
 * nothing.  Returns 0 and *ret; or -EBADMSG, *ret_wrong, the number of the key
 * that is wrong, and error->text, its name and what is wrong with it, for
 * config_key_error() to complete.
 */
int keys_load(const struct helper_config *config, struct keys **ret,
    size_t *ret_wrong, struct stssl_error *error);

/* How many keys there are; the source of one of them. */
size_t keys_count(const struct helper_config *config);
const char *keys_source(const struct helper_config *config, size_t number);

/* Wipes them.  Takes NULL.  Returns NULL. */
struct keys *keys_free(struct keys *keys);

/*
 * Sign a proper request that is not for nothing.  Fills signature, its length
 * and tag of *ret and returns NULL; or returns the reason why not, a constant,
 * and leaves *ret as it is.  Without a secret the tag is left, too.
 */
const char *keys_sign(const struct keys *keys,
    const struct key_request *request, struct key_answer *ret);

/*
 * Open the key files before privileges are given up: keys_load() reads the
 * files that it cannot open by itself from these descriptors.  No byte of a key
 * is read.  Complaints of files that cannot be opened are left to keys_load().
 */
void keys_open_early(const struct helper_config *config);

/* Close them, in each process that loads no keys. */
void keys_close_early(void);

#endif
