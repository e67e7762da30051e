/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which files may be believed.  A file or directory is trusted when it belongs
 * to root or to the user this process runs as (effective), and when neither
 * its group nor others can write to it.  Whoever can write to a directory can
 * put another file, of root's even, under a name in it: so those on the way
 * must be trusted, too, but for sticky ones such as /tmp, below which only
 * root's and our own directories and links count.
 */
#ifndef STATUS_TRUST_H
#define STATUS_TRUST_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Read a whole trusted regular file of at most `max` bytes into fresh memory,
 * with a NUL behind it that *ret_len does not count.  No symbolic link is
 * followed in the last component, a FIFO does not block.  The directory that
 * the file is in must be trusted, and must not be sticky instead.
 * Returns 0; -EPERM when owner or mode are wrong, of the file or on the way;
 * -EINVAL when it is not a regular file; -ELOOP for a symbolic link; -EFBIG;
 * -ENOMEM; or what open(2) and read(2) say.  The caller frees *ret.
 */
int stssl_trusted_read(
    const char *path, size_t max, char **ret, size_t *ret_len);

/* The same for `name` in an open directory, which is not looked at. */
int stssl_trusted_read_at(
    int dir_fd, const char *name, size_t max, char **ret, size_t *ret_len);

/*
 * Check that `path` is a socket in a directory that can be changed by root and
 * by the socket's owner only.  Directories above must belong to root (or to
 * us) and be writable by nobody else, but for sticky ones, as above; none of
 * them is a symbolic link.
 * Returns 0 and the owner; -EACCES when it is not to be trusted; or what
 * lstat(2) says.
 */
int stssl_trusted_socket(const char *path, uid_t *ret_owner);

#endif
