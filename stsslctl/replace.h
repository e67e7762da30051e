/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Replaces a file at once: readers find the old text or the new one, also after
 * a crash.
 */
#ifndef STSSLCTL_REPLACE_H
#define STSSLCTL_REPLACE_H

#include <sys/types.h>

/* Mode and group of the new file; -1 leaves the group as it comes. */
struct replace_like {
	mode_t mode;
	gid_t gid;
};

/*
 * Put `text` in place of `path`.  The new file belongs to us, is made beside
 * the old one, under a name that begins with a dot, and is on the disk before
 * it gets its name.
 * Returns 0, or a negative errno: the old file is untouched then.
 */
int replace_file(
    const char *path, const struct replace_like *like, const char *text);

/* The same for `name` in the directory `dir_fd`, open for reading. */
int replace_file_at(int dir_fd, const char *name,
    const struct replace_like *like, const char *text);

#endif
