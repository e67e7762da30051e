/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The entries of an identity file, stssl-identities(5): which certificates
 * belong to the user whose file it is.
 */
#ifndef POLICY_ENTRIES_H
#define POLICY_ENTRIES_H

#include <stddef.h>

#include "status/record.h"

/*
 * Look for the certificate of `record` in the text of an identity file, `len`
 * bytes with a NUL behind them, which is chopped up.
 * Returns 1 when an entry names it, with that entry's line in *ret_line,
 * counted from 1; 0 when none does, with *ret_line 0; -EBADMSG when a line is
 * malformed, whatever the others say, with that line.
 */
int stssl_entries_match(char *text, size_t len,
    const struct stssl_record *record, unsigned *ret_line);

#endif
