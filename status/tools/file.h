/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files, whosever they are: reading one whole, seeing that one has changed.
 */
#ifndef STATUS_TOOLS_FILE_H
#define STATUS_TOOLS_FILE_H

#include <stddef.h>
#include <sys/stat.h>

/* Open, get and close as status/file.h says; symbolic links are followed. */
int stssl_file_read(const char *path, size_t max, char **ret, size_t *ret_len);

/*
 * The state of a file, for stssl_same_file() of policy/stamp.h.  Symbolic links
 * are followed, so that a link that points elsewhere now is a change.  All zero
 * for a file that cannot be looked at.
 */
struct stat stssl_file_state(const char *path);

#endif
