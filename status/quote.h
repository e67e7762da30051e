/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Untrusted text for a log line: quoted, on one line, printable ASCII.
 */
#ifndef STATUS_QUOTE_H
#define STATUS_QUOTE_H

#include <stddef.h>

/* Room for a name of 256 bytes that are all escaped, quotes and NUL. */
#define STSSL_QUOTE_MAX (256 * 4 + 6)

/*
 * Write `text` in double quotes; quotes and backslashes get a backslash, every
 * byte that is not printable ASCII becomes \xNN.  What does not fit is cut at
 * a whole character and marked with ... inside the quotes.  NULL is written as
 * two quotes.  `size` is at least 6.  Returns `buf`.
 */
const char *stssl_quote(char *buf, size_t size, const char *text);

#endif
