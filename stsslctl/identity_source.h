/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an identity file gets its entries from: a file with a certificate, or
 * with a public key of OpenSSH's.
 */
#ifndef STSSLCTL_IDENTITY_SOURCE_H
#define STSSLCTL_IDENTITY_SOURCE_H

#include <stdbool.h>

#include "policy/entries.h"
#include "status/record.h"
#include "x509/file.h"

struct identity_source {
	struct stssl_record record; /* a key has its hash only */
	bool is_key;
	char *about; /* for people: printable, one line */
};

/*
 * Read the first certificate of a file, judged by itself, or the one key.
 * Returns 0, and *ret to be emptied by identity_source_done(); or a negative
 * errno and error->text.
 */
int identity_source_read(
    const char *file, struct identity_source *ret, struct x509_error *error);

void identity_source_done(struct identity_source *source);

/* The entry for it: of its key, or of the whole certificate. */
void identity_source_entry(const struct identity_source *source, bool by_key,
    char ret[static STSSL_ENTRY_MAX]);

/* Warn, on stderr, of a certificate that does not log in though it is added. */
void identity_source_warn(
    const struct identity_source *source, const char *file);

#endif
