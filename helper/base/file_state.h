/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The state of a file, for stssl_same_file() of policy/stamp.h: has it changed
 * since it was last looked at?
 */
#ifndef HELPER_BASE_FILE_STATE_H
#define HELPER_BASE_FILE_STATE_H

#include <sys/stat.h>

/*
 * Symbolic links are followed, so that a link that points elsewhere now is a
 * change.  All zero for a file that cannot be looked at.
 */
struct stat file_state(const char *path);

#endif
