/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a file whole, whoever's it is.
 */
#ifndef STATUS_TOOLS_FILE_H
#define STATUS_TOOLS_FILE_H

#include <stddef.h>

/* Open, get and close as status/file.h says; symbolic links are followed. */
int stssl_file_read(const char *path, size_t max, char **ret, size_t *ret_len);

#endif
