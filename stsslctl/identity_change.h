/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Adding a certificate to a user's identity file, and taking it away.
 */
#ifndef STSSLCTL_IDENTITY_CHANGE_H
#define STSSLCTL_IDENTITY_CHANGE_H

#include <stdbool.h>

#include "stsslctl/command.h"
#include "stsslctl/identity_store.h"

struct identity_addition {
	const char *user; /* stssl_user_valid() */
	const char *file; /* PEM; the first certificate counts */
	bool by_key;      /* also later certificates for the same key */
	bool shared;      /* others may have it, too */
};

/*
 * Both say on stdout what was done, on stderr what was not, and why an added
 * certificate does not log in nevertheless, as far as the certificate shows it.
 * They return COMMAND_FINE; COMMAND_FOUND when it is refused: somebody else has the
 * certificate, the user's file has a faulty line, there is nothing to remove;
 * COMMAND_UNKNOWN when a file cannot be read or written.
 */
enum command_status identity_add(const struct identity_store *store,
    const struct identity_addition *addition);

/* `what` is an entry, or else a file as above. */
enum command_status identity_remove(
    const struct identity_store *store, const char *user, const char *what);

#endif
