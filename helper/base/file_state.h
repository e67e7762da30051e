/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Has a file changed since it was last looked at?  Symbolic links are followed,
 * so that a link that points elsewhere now is a change.
 */
#ifndef HELPER_BASE_FILE_STATE_H
#define HELPER_BASE_FILE_STATE_H

#include <stdbool.h>
#include <sys/stat.h>

/* All zero: a file that is not there. */
struct file_state {
	struct stat st;
};

/* A file that cannot be looked at counts as not there. */
struct file_state file_state_of(const char *path);

bool file_state_same(const struct file_state *a, const struct file_state *b);

#endif
