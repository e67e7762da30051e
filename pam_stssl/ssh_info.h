/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SSH_AUTH_INFO_0, which sshd(8) puts into PAM's environment: the methods of
 * authentication that the client has passed, with the keys that it has used.
 * Its one home is sshd_config(5), ExposeAuthInfo, which has the same text in a
 * file: "method[/submethod][ type base64]", a line each.
 */
#ifndef PAM_STSSL_SSH_INFO_H
#define PAM_STSSL_SSH_INFO_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/ssh_key.h"

#define SSH_INFO      "SSH_AUTH_INFO_0"
#define SSH_INFO_MAX  65536
#define SSH_INFO_KEYS 8

struct ssh_info {
	char keys[SSH_INFO_KEYS][STSSL_SHA256_TEXT]; /* of their SPKIs */
	size_t count;
	bool password; /* PAM's auth has let the client in */
};

/*
 * Read it; NULL and "" say nothing.  All of it has to be what sshd writes.
 * Returns 0; -ENOTSUP for a method, such as hostbased, or a type of key that is
 * not known; -EMSGSIZE for more than SSH_INFO_MAX, SSH_INFO_KEYS or
 * STSSL_SSH_KEY_MAX; -EBADMSG for all that is malformed.
 */
int ssh_info_parse(const char *text, struct ssh_info *ret);

#endif
