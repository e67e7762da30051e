/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which files may be believed.  A file or directory is trusted when it belongs
 * to root or to the user this process runs as (effective), and when neither
 * its group nor others can write to it.
 */
#ifndef STATUS_TRUST_H
#define STATUS_TRUST_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Read a whole trusted regular file of at most `max` bytes into fresh memory,
 * with a NUL behind it that *ret_len does not count.  No symbolic link is
 * followed in the last component, a FIFO does not block.
 * Returns 0; -EPERM when owner or mode are wrong; -EINVAL when it is not a
 * regular file; -ELOOP for a symbolic link; -EFBIG; -ENOMEM; or what open(2)
 * and read(2) say.  The caller frees *ret.
 */
int stssl_trusted_read(
    const char *path, size_t max, char **ret, size_t *ret_len);

/*
 * Check that `path` is a socket in a directory that can be changed by root and
 * by the socket's owner only.  Directories above must belong to root (or to
 * us) and be writable by nobody else, but for sticky ones such as /tmp, below
 * which only root's and our own directories count.
 * Returns 0 and the owner; -EACCES when it is not to be trusted; or what
 * lstat(2) says.
 */
int stssl_trusted_socket(const char *path, uid_t *ret_owner);

/*
 * Read `fd` to its end: up to `max` bytes into `buf`, which has room for one
 * more, and a NUL behind them.  Returns 0; -EFBIG when there are more; or what
 * read(2) says.
 */
int stssl_read_all(int fd, size_t max, char *buf, size_t *ret_len);

#endif
