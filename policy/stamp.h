/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Is a file still the one that was read, byte for byte?
 */
#ifndef POLICY_STAMP_H
#define POLICY_STAMP_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

/* Seconds; some file systems count time no finer. */
#define STSSL_STAMP_SETTLED 2

/* Is it one file, unchanged between two calls of stat(2)? */
bool stssl_same_file(const struct stat *a, const struct stat *b);

struct stssl_stamp {
	bool settled; /* not changed just now */
	uid_t reader; /* the user that trusted the file */
	struct stat st;
};

/*
 * The stamp of `path`, to be taken before it is read; `now` is the time.  One
 * that is not there has a stamp that is the same as none.
 */
void stssl_stamp_take(const char *path, time_t now, struct stssl_stamp *ret);

/*
 * True only if nothing can have changed between the two.  Not for a file that
 * had changed within STSSL_STAMP_SETTLED before: its times could be the same
 * after another change.
 */
bool stssl_stamp_same(
    const struct stssl_stamp *before, const struct stssl_stamp *after);

#endif
