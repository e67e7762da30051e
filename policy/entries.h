/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The entries of identity files, stssl-identities(5): which certificates
 * belong to the user whose file it is.  Each entry has one canonical form, so
 * that entries are compared, looked up and counted as strings.
 */
#ifndef POLICY_ENTRIES_H
#define POLICY_ENTRIES_H

#include <stddef.h>

#include "status/record.h"

/* Bytes of a canonical entry and its NUL. */
#define STSSL_ENTRY_MAX 1280

/*
 * Read one line, without its newline.  Returns 1 and the entry's canonical
 * form; 0 for an empty line and a comment; -EBADMSG for what is malformed, too
 * long or unknown.
 */
int stssl_entry_read(const char *line, char ret[static STSSL_ENTRY_MAX]);

/* All entries that name one certificate, each with its NUL. */
struct stssl_entries {
	char *text;
	size_t len;
};

/*
 * The entries for the certificate of `record`, none if it has none.  Returns 0,
 * to be emptied by stssl_entries_done(); or -ENOMEM.
 */
int stssl_entries_of(
    const struct stssl_record *record, struct stssl_entries *ret);

void stssl_entries_done(struct stssl_entries *entries);

/* Walk: NULL gives the first entry, an entry the next; NULL at the end. */
const char *stssl_entries_next(
    const struct stssl_entries *entries, const char *at);

/*
 * Look for one of these entries in the text of an identity file, `len` bytes
 * with a NUL behind them, which is chopped up.
 * Returns 1 when an entry is there, with its line in *ret_line, counted from
 * 1; 0 when none is, with *ret_line 0; -EBADMSG when a line is malformed,
 * whatever the others say, with that line.
 */
int stssl_entries_match(const struct stssl_entries *entries, char *text,
    size_t len, unsigned *ret_line);

#endif
