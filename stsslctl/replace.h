/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing a file so that whoever reads it finds the old one or the new one,
 * whole, also after a crash.
 */
#ifndef STSSLCTL_REPLACE_H
#define STSSLCTL_REPLACE_H

#include <stdio.h>
#include <sys/types.h>

/* What the new file is like; the group is left as it comes when it is -1. */
struct replace_like {
	mode_t mode;
	gid_t gid;
};

/*
 * Put what `write` writes in place of `path`.  The new file belongs to us, is
 * made beside the old one, under a name that begins with a dot, and is on the
 * disk before it gets its name.
 * Returns 0; what `write` returned, if less than 0; or a negative errno.  The
 * old file is untouched on failure.
 */
int replace_file(const char *path, const struct replace_like *like,
    int (*write)(FILE *to, const void *data), const void *data);

/* The same for `name` in a directory that is open, to be read. */
int replace_file_at(int dir_fd, const char *name,
    const struct replace_like *like, int (*write)(FILE *to, const void *data),
    const void *data);

#endif
