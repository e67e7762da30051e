/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Directories that may be believed; status/trust.h says which these are.
 */
#ifndef STATUS_TOOLS_DIRECTORY_H
#define STATUS_TOOLS_DIRECTORY_H

/*
 * Open a trusted directory, which must not be a symbolic link.  Returns 0 and a
 * descriptor; -EPERM when owner or mode of it or on the way are wrong; -ELOOP
 * for a symbolic link; -ENOMEM; or what open(2) says.
 */
int stssl_trusted_directory(const char *path, int *ret_fd);

#endif
