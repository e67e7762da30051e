/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing a file so that all who read it find the old one or the new one,
 * whole, also after a crash.
 */
#ifndef STSSLCTL_REPLACE_H
#define STSSLCTL_REPLACE_H

#include <sys/types.h>

/* What the new file is like; the group is left as it comes when it is -1. */
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

/* The same for `name` in a directory that is open, to be read. */
int replace_file_at(int dir_fd, const char *name,
    const struct replace_like *like, const char *text);

#endif
