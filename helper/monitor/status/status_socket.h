/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The socket of stssl-status(7) in the file system.
 */
#ifndef HELPER_MONITOR_STATUS_STATUS_SOCKET_H
#define HELPER_MONITOR_STATUS_STATUS_SOCKET_H

#include <sys/types.h>

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

/* Remove the file, if it is still ours and we may; close the socket. */
void status_socket_close(struct status_socket *s);

#endif
