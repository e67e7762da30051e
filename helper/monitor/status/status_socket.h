/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The socket of stssl-status(7) in the file system.
 */
#ifndef HELPER_MONITOR_STATUS_STATUS_SOCKET_H
#define HELPER_MONITOR_STATUS_STATUS_SOCKET_H

#include <stddef.h>
#include <sys/types.h>

struct privileges;

struct status_socket {
	int fd; /* -1 when closed, or when somebody else has taken it over */
	char *path; /* its own copy: a reload frees the configuration */
	dev_t device;
	ino_t inode;
};

/*
 * Listen on `path`, in a directory that exists, with mode 0660, owner and
 * group (-1: as they come).  A socket that nobody answers on is replaced.
 * Returns 0 and *ret, to be closed by status_socket_close(); -EADDRINUSE when
 * somebody answers or when it is no socket; or what bind(2), chown(2) say.
 */
int status_socket_open(
    const char *path, uid_t owner, gid_t group, struct status_socket *ret);

/*
 * Let these users connect, too, by an ACL (acl(5)); PRIVILEGES_NOBODY is
 * passed over, the same may be there twice.  Returns 0, also for nobody;
 * -EOPNOTSUPP where there are no ACLs; -ENOMEM; or what setxattr(2) says.
 */
int status_socket_admit(
    const struct status_socket *s, const uid_t *users, size_t count);

/*
 * Both, for the helper's user and the backends', with lines in the log for what
 * is wrong.  Returns 0, or why it is not open.
 */
int status_socket_start(
    const char *path, const struct privileges *p, struct status_socket *ret);

/* Remove the file, if it is still ours and we may; close the socket. */
void status_socket_close(struct status_socket *s);

#endif
