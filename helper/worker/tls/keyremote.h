/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder as a worker sees it: private keys that can sign, and a line to
 * where they really are.  GnuTLS cannot do anything else meanwhile, so waiting
 * for an answer is kept short.
 */
#ifndef HELPER_WORKER_TLS_KEYREMOTE_H
#define HELPER_WORKER_TLS_KEYREMOTE_H

#include <stdbool.h>
#include <stdint.h>

struct gnutls_certificate_credentials_st;
struct gnutls_privkey_st;
struct gnutls_pubkey_st;
struct keyremote;

/* Without a line: nothing can be signed yet.  NULL when out of memory. */
struct keyremote *keyremote_new(void);

/* After the keys that were made of it.  Takes NULL.  Returns NULL. */
struct keyremote *keyremote_free(struct keyremote *remote);

/* Use `line`, which becomes its own, from now on. */
void keyremote_connect(struct keyremote *remote, int line);

/*
 * True when the keyholder answers, for which it has as long as for a
 * signature: two seconds, or a fifth of one where it was late the last time.
 */
bool keyremote_is_ready(struct keyremote *remote);

/*
 * The same, but one that has not hung up and answered less than 50 ms ago is
 * not asked: where there are many handshakes, each saves a round trip.
 */
bool keyremote_is_likely_ready(struct keyremote *remote);

/* The keyholder's tag of the last signature, KEY_TAG bytes. */
const uint8_t *keyremote_tag(const struct keyremote *remote);

/*
 * Make an object that signs with the keyholder's key number `index`, whose
 * public half is `pubkey`.  Signing fails when there is no answer in time, and
 * for a second after that.  Returns 0 and *ret, which belongs to the caller; or
 * a negative GnuTLS code.
 */
int keyremote_key(struct keyremote *remote, uint32_t index,
    struct gnutls_pubkey_st *pubkey, struct gnutls_privkey_st **ret);

/*
 * Put the certificate in a file, with those of its authorities, and such an
 * object into credentials.  Returns 0, or a negative GnuTLS code.
 */
int keyremote_load(struct keyremote *remote, uint32_t index,
    const char *certificate, struct gnutls_certificate_credentials_st *to);

#endif
