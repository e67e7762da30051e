/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of an identity file: lines with one entry each, comments, and what
 * is changed about them.  Out of memory ends the process.
 */
#ifndef STSSLCTL_IDENTITY_TEXT_H
#define STSSLCTL_IDENTITY_TEXT_H

#include <stdbool.h>

#include "policy/entries.h"
#include "status/record.h"

/*
 * True when a line of `text`, which is chopped up, is one of `entries`; lines
 * that are malformed are passed over.
 */
bool identity_text_has(char *text, const struct stssl_entries *entries);

/* The first faulty line, counted from 1; 0 when there is none. */
unsigned identity_faulty_line(const char *text);

/* True when a line is exactly this canonical entry. */
bool identity_has_entry(const char *text, const char *entry);

/*
 * The text with `entry` behind it, under a comment about the certificate of
 * `record`.  The caller frees it.
 */
char *identity_with_entry(
    const char *text, const struct stssl_record *record, const char *entry);

/*
 * Write to `ret`, which has room for two bytes more than `text`, the text
 * without these entries, and without the comment that identity_with_entry()
 * has put above each; `text` is chopped up.  Returns how many there were.
 */
unsigned identity_without(
    char *text, const struct stssl_entries *entries, char *ret);

#endif
