/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Public keys of OpenSSH: RFC 4253, 6.6, RFC 5656, RFC 8709; and OpenSSH's own
 * certificates, PROTOCOL.certkeys there.  A key has the same SubjectPublicKey-
 * Info, whether it comes with SSH or in an X.509 certificate.
 */
#ifndef POLICY_SSH_KEY_H
#define POLICY_SSH_KEY_H

#include <stddef.h>

#include "policy/sha256.h"

/* Characters of a key; OpenSSH's largest RSA key has a fifth of that. */
#define STSSL_SSH_KEY_MAX 16384

/*
 * The SHA-256 of the key's SubjectPublicKeyInfo (RFC 5280, 4.1), in small
 * hexadecimal digits.  `text` has `len` characters, "TYPE BASE64" with one
 * blank and nothing else: RSA, ECDSA with one of NIST's curves, Ed25519, or a
 * certificate for a user with such a key, which counts as its key; its
 * signature is not looked at.
 * Returns 0; -ENOTSUP for a type that is none of these; -EMSGSIZE for more than
 * STSSL_SSH_KEY_MAX; -EBADMSG for all that is malformed; -ELIBACC when nobody
 * can hash it, see stssl_sha256().
 */
int stssl_ssh_key_spki(
    const char *text, size_t len, char ret[static STSSL_SHA256_TEXT]);

#endif
