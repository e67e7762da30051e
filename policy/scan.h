/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A look over the text of a configuration file before libConfuse parses it.
 * It refuses whatever libConfuse 3.3 would accept in a surprising way: an
 * environment variable ("${NAME}"), "+=", a key given twice, a section or a
 * string that the end of the file cuts off, and bytes outside of quotes that
 * libConfuse drops without a word ("*").  It remembers the line of each key.
 */
#ifndef POLICY_SCAN_H
#define POLICY_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Keys that one section can have; titled sections are not counted. */
#define STSSL_SCAN_KEYS_MAX 64
#define STSSL_SCAN_TEXT     256

/*
 * A key or a section's name; `name` points into the text and is not
 * terminated.  The sections of a file are numbered from 1; `section` is the
 * one this key is in, 0 at the top, and `opens` the one it opens, or 0.
 */
struct stssl_scan_key {
	const char *name;
	size_t name_len;
	unsigned line;
	unsigned section;
	unsigned opens;
	bool titled;
};

struct stssl_scan {
	struct stssl_scan_key *keys;
	size_t count;
	size_t size;
};

struct stssl_scan_mistake {
	unsigned line;
	char what[STSSL_SCAN_TEXT];
};

/*
 * Scan `len` bytes.  Comments are overwritten with blanks.  Returns 0 and fills
 * *ret, to be emptied by stssl_scan_done(); -EBADMSG and fills *mistake; or
 * -ENOMEM.
 */
int stssl_scan(char *text, size_t len, struct stssl_scan *ret,
    struct stssl_scan_mistake *mistake);

void stssl_scan_done(struct stssl_scan *scan);

/*
 * The key `name` of section `section`.  For keys that open a section, the
 * `nth` of that name counted from 0.  NULL when it is not there.
 */
const struct stssl_scan_key *stssl_scan_find(const struct stssl_scan *scan,
    unsigned section, const char *name, size_t nth);

#endif
