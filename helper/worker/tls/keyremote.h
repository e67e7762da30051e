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
struct key_answer;
struct key_request;
struct keyremote;

/* In place of a number: the key is a Server's. */
#define KEYREMOTE_LINK UINT32_MAX

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

/*
 * How to have the key of the certificate `name`, KEY_NAME bytes, sign; false
 * when there is no signature.
 */
typedef bool keyremote_ask(void *owner, const uint8_t *name,
    const struct key_request *request, struct key_answer *ret);

/* So it is with keys that are a Server's, until the next call; NULL: not. */
void keyremote_use_link(
    struct keyremote *remote, keyremote_ask *on_sign, void *owner);

/* Have a request signed that is proper.  False when there is no signature. */
bool keyremote_sign(struct keyremote *remote, struct key_request *request,
    struct key_answer *ret);

/* The keyholder's tag of the last signature, KEY_TAG bytes. */
const uint8_t *keyremote_tag(const struct keyremote *remote);

/*
 * Make an object that signs with the keyholder's key number `index`, whose
 * public half is `pubkey`; or, KEYREMOTE_LINK, as keyremote_use_link() says,
 * with the key of the certificate `name`, KEY_NAME bytes, which else are not
 * used.  Signing fails when there is no answer in time, and for a second after
 * that.  Returns 0 and *ret, which belongs to the caller; or a negative GnuTLS
 * code.
 */
int keyremote_key(struct keyremote *remote, uint32_t index, const uint8_t *name,
    struct gnutls_pubkey_st *pubkey, struct gnutls_privkey_st **ret);

/*
 * Put the certificate in a file, with those of its authorities, and such an
 * object into credentials.  Returns 0, or a negative GnuTLS code.
 */
int keyremote_load(struct keyremote *remote, uint32_t index,
    const char *certificate, struct gnutls_certificate_credentials_st *to);

#endif
