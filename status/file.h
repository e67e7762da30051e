/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading files whole and within bounds.  Nothing here asks whose they are:
 * status/trust.h does.
 */
#ifndef STATUS_FILE_H
#define STATUS_FILE_H

#include <stddef.h>
#include <sys/stat.h>

/*
 * Open a regular file to read it, by openat(2) with `flags` besides: a FIFO
 * does not block, and no terminal becomes ours.  Returns a descriptor and what
 * fstat(2) says of it; -EINVAL when it is not a regular file; or what openat(2)
 * and fstat(2) say.
 */
int stssl_file_open(
    int dir_fd, const char *name, int flags, struct stat *ret_stat);

/*
 * Read a file that stssl_file_open() has opened, of at most `max` bytes, into
 * fresh memory, with a NUL behind it that *ret_len does not count.
 * Returns 0; -EFBIG; -ENOMEM; or what read(2) says.  The caller frees *ret.
 */
int stssl_file_get(
    int fd, const struct stat *st, size_t max, char **ret, size_t *ret_len);

/*
 * Read `fd` to its end: up to `max` bytes into `buf`, which has room for one
 * more, and a NUL behind them.  Returns 0; -EFBIG when there are more; or what
 * read(2) says.
 */
int stssl_read_all(int fd, size_t max, char *buf, size_t *ret_len);

#endif
