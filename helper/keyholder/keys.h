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

/* True for a key in a token, false for a file. */
bool keys_is_url(const char *source);

/*
 * Load the keys that `config` names, PEM files or pkcs11: URLs (RFC 7512), and
 * check by a signature that each belongs to its certificate.  Returns 0 and
 * *ret; or -EBADMSG and error->text, the name of the key and what is wrong with
 * it, for config_tls_error() with the key "key" to complete.
 */
int keys_load(const struct tls_config *config, struct keys **ret,
    struct stssl_error *error);

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
void keys_open_early(const struct tls_config *config);

/* Close them, in each process that loads no keys. */
void keys_close_early(void);

#endif
