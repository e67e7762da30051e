/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Private keys: loaded, tried against their certificates, signed with, wiped.
 * Only the keyholder has them, and `stssl-helper -t` for as long as it looks.
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
 * sign something with each that its certificate verifies.  Returns 0 and *ret;
 * or -EBADMSG and error->text, what is wrong with which, for
 * config_tls_error() and the key "key" to complete.
 */
int keys_load(const struct tls_config *config, struct keys **ret,
    struct stssl_error *error);

/* Wipes them.  Takes NULL.  Returns NULL. */
struct keys *keys_free(struct keys *keys);

/*
 * Sign a proper request that is not for nothing.  Fills signature and length of
 * *ret and returns NULL; or returns why not, a constant, and leaves *ret.
 */
const char *keys_sign(const struct keys *keys,
    const struct key_request *request, struct key_answer *ret);

/*
 * Open the key files that there are, while we still may: keys_load() reads what
 * it cannot open by itself from these.  Descriptors only, no byte of a key.
 * Files that cannot be opened are keys_load()'s to complain of.
 */
void keys_open_early(const struct tls_config *config);

/* Close them, here; to be called by each process that loads no keys. */
void keys_close_early(void);

#endif
