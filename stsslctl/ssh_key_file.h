/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files with a public key, as ssh-keygen(1) writes them: id_ed25519.pub.
 */
#ifndef STSSLCTL_SSH_KEY_FILE_H
#define STSSLCTL_SSH_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/ssh_key.h"
#include "x509/file.h"

#define SSH_KEY_COMMENT 128

struct ssh_key {
	char spki[STSSL_SHA256_TEXT];
	char comment[SSH_KEY_COMMENT]; /* cut off; "" for none; anything */
};

/* Does a file with these bytes begin as a public key of OpenSSH's does? */
bool ssh_key_looks(const void *bytes, size_t len);

/*
 * Read the one line "TYPE BASE64 COMMENT" of such a file; no options, as in
 * authorized_keys, and no second key.  `path` is for messages.
 * Returns 0, or -EBADMSG and error->text.
 */
int ssh_key_read(const char *path, const char *text, size_t len,
    struct ssh_key *ret, struct x509_error *error);

/* The same of a file.  Returns also what x509_file_read() does. */
int ssh_key_file_read(
    const char *path, struct ssh_key *ret, struct x509_error *error);

#endif
