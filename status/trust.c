/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Decides which files, and which socket, may be believed, by owner and mode of
 * what was opened, never of a name that may mean something else a moment later.
 */
#include <config.h>
#include "status/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

static bool
is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

int
stssl_read_all(int fd, size_t max, char *buf, size_t *ret_len)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf + len, max + 1 - len)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -errno;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
	}
	buf[len] = '\0';
	*ret_len = len;
	return 0;
}

static int
check_file(int fd, size_t max, size_t *ret_size)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (!is_ours(&st) || (st.st_mode & OTHERS_WRITE) != 0)
		return -EPERM;
	if (st.st_size < 0 || (uintmax_t)st.st_size > max)
		return -EFBIG;
	*ret_size = (size_t)st.st_size;
	return 0;
}

/* At most `max` bytes; *ret is malloc'd. */
static int
read_from_start(int fd, size_t max, char **ret, size_t *ret_len)
{
	char *buf = malloc(max + 1);
	int r = buf == NULL ? -ENOMEM : stssl_read_all(fd, max, buf, ret_len);

	if (r == 0)
		*ret = buf;
	else
		free(buf);
	return r;
}

int
stssl_trusted_read(const char *path, size_t max, char **ret, size_t *ret_len)
{
	size_t size = 0;
	int fd, r;

	fd = open(
	    path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return -errno;
	r = check_file(fd, max, &size);
	if (r == 0)
		r = read_from_start(fd, size, ret, ret_len);
	/* It has grown since it was looked at. */
	if (r == -EFBIG && size < max)
		r = lseek(fd, 0, SEEK_SET) == -1
			? -errno
			: read_from_start(fd, max, ret, ret_len);
	close(fd);
	return r;
}

/*
 * Go from the directory `*dir_fd` down into `name`.  A symbolic link is no
 * directory here: where it leads to was not looked at.
 */
static int
descend(int *dir_fd, const char *name, struct stat *ret)
{
	int fd = openat(
	    *dir_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1)
		return errno == ENOTDIR || errno == ELOOP ? -EACCES : -errno;
	if (*dir_fd != AT_FDCWD)
		close(*dir_fd);
	*dir_fd = fd;
	return fstat(fd, ret) == -1 ? -errno : 0;
}

/* A directory on the way: nobody but root and us can replace what is in it. */
static bool
is_safe_above(const struct stat *st)
{
	return is_ours(st) && ((st->st_mode & OTHERS_WRITE) == 0 ||
				  (st->st_mode & S_ISVTX) != 0);
}

/*
 * The directory that holds the socket.  Below a sticky one anybody could have
 * made it, so there it has to be root's or ours.
 */
static bool
is_safe_home(const struct stat *st, const struct stat *above, uid_t owner)
{
	if ((st->st_mode & OTHERS_WRITE) != 0)
		return false;
	if (is_ours(st))
		return true;
	return st->st_uid == owner && (above->st_mode & OTHERS_WRITE) == 0;
}

/*
 * Walk `path` (cut into pieces on the way) down to its last component, which
 * is left in *ret_name; *above is the directory above the last, *home the last.
 */
static int
walk(char *path, int *dir_fd, struct stat *above, struct stat *home,
    const char **ret_name)
{
	char *slash;
	int r = descend(dir_fd, "/", home);

	*above = *home;
	for (path++; r == 0 && (slash = strchr(path, '/')) != NULL;) {
		*slash = '\0';
		if (!is_safe_above(home))
			return -EACCES;
		*above = *home;
		r = descend(dir_fd, path, home);
		path = slash + 1;
	}
	*ret_name = path;
	return r;
}

int
stssl_trusted_socket(const char *path, uid_t *ret_owner)
{
	/* Anybody's, until it is looked at. */
	struct stat above, home = { .st_mode = OTHERS_WRITE }, st;
	int dir_fd = AT_FDCWD, r;
	const char *name;
	char *copy;

	if (path[0] != '/')
		return -EACCES;
	copy = strdup(path);
	if (copy == NULL)
		return -ENOMEM;
	r = walk(copy, &dir_fd, &above, &home, &name);
	if (r == 0 && fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		r = -errno;
	if (r == 0 &&
	    (!S_ISSOCK(st.st_mode) || !is_safe_home(&home, &above, st.st_uid)))
		r = -EACCES;
	if (r == 0)
		*ret_owner = st.st_uid;
	if (dir_fd != AT_FDCWD)
		close(dir_fd);
	free(copy);
	return r;
}
