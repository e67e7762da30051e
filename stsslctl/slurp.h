/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a text file whose owner and mode somebody else judges.
 */
#ifndef STSSLCTL_SLURP_H
#define STSSLCTL_SLURP_H

#include <stddef.h>

/*
 * Read a regular file of at most `max` bytes into fresh memory, as a string;
 * symbolic links are followed, a FIFO does not block.
 * Returns 0; -EINVAL when it is no regular file; -EFBIG; -EILSEQ when there is
 * a NUL in it; -ENOMEM; or what open(2) and read(2) say.  The caller frees *ret.
 */
int slurp(const char *path, size_t max, char **ret);

#endif
