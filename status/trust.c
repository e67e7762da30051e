/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Decides which files, and which socket, may be believed, by owner and mode of
 * what was opened, never of a name that may mean something else a moment later.
 */
#include <config.h>
#include "status/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status/file.h"
#include "status/way.h"

int
stssl_trusted_read_at(
    int dir_fd, const char *name, size_t max, char **ret, size_t *ret_len)
{
	struct stat st;
	int fd = stssl_file_open(dir_fd, name, O_NOFOLLOW, &st), r;

	if (fd < 0)
		return fd;
	r = stssl_is_safe(&st) ? stssl_file_get(fd, &st, max, ret, ret_len)
			       : -EPERM;
	close(fd);
	return r;
}

int
stssl_trusted_read(const char *path, size_t max, char **ret, size_t *ret_len)
{
	struct stssl_way way;
	int r = stssl_way_go(path, true, &way);

	if (r == 0 && !stssl_is_safe(&way.dir))
		r = -EPERM;
	if (r == 0)
		r = stssl_trusted_read_at(way.fd, way.name, max, ret, ret_len);
	stssl_way_end(&way);
	return r;
}

/*
 * The directory that holds the socket.  Below a sticky one anybody could have
 * made it, so there it has to be root's or ours.
 */
static bool
is_safe_home(const struct stssl_way *way, uid_t owner)
{
	const struct stat *home = &way->dir;

	if ((home->st_mode & STSSL_OTHERS_WRITE) != 0)
		return false;
	if (stssl_is_ours(home))
		return true;
	return home->st_uid == owner &&
	       (way->above.st_mode & STSSL_OTHERS_WRITE) == 0;
}

int
stssl_trusted_socket(const char *path, uid_t *ret_owner)
{
	struct stssl_way way;
	struct stat st;
	int r;

	if (path[0] != '/')
		return -EACCES;
	r = stssl_way_go(path, false, &way);
	if (r == 0 && fstatat(way.fd, way.name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		r = -errno;
	if (r == 0 && (!S_ISSOCK(st.st_mode) || !is_safe_home(&way, st.st_uid)))
		r = -EACCES;
	if (r == 0)
		*ret_owner = st.st_uid;
	stssl_way_end(&way);
	/* In the words of those who ask for a socket. */
	return r == -EPERM || r == -ELOOP || r == -ENOTDIR ? -EACCES : r;
}
