/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Does a verified certificate name this user?  One function per way that
 * `identity` of classes.conf lists; only byte-exact equality counts.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include <stdbool.h>

#include "policy/user.h"
#include "status/record.h"

#define STSSL_IDENTITIES       "/etc/stssl/identities"
#define STSSL_IDENTITY_DIR_MAX 1024
#define STSSL_IDENTITY_MAX     (1024 * 1024)

enum stssl_identity {
	STSSL_IDENTITY_FILE, /* an entry of the user's identity file */
	STSSL_IDENTITY_CN,   /* the only CN is the user name */
	STSSL_IDENTITY_COUNT
};

/* The way of this word; STSSL_IDENTITY_COUNT when there is none. */
enum stssl_identity stssl_identity_parse(const char *word);

/*
 * True when one of the ways (bit n of `ways` is enum stssl_identity n) leads
 * from the certificate of `record` to `user`, who is stssl_user_valid().
 * `directory` holds the identity files.  A way that cannot be gone, such as a
 * faulty identity file, leads nowhere.
 */
bool stssl_identity_names(unsigned ways, const char *directory,
    const char *user, const struct stssl_record *record);

/*
 * The user whom one way alone draws from a certificate, which is a name that
 * is stssl_user_valid().  Returns 1 and the name; 0 when it draws none, as
 * STSSL_IDENTITY_FILE always does: it has to be told the user.
 */
int stssl_identity_draw(enum stssl_identity way,
    const struct stssl_record *record,
    char ret_user[static STSSL_USER_MAX + 1]);

#endif
