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

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

static bool
is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

static bool
is_safe(const struct stat *st)
{
	return is_ours(st) && (st->st_mode & OTHERS_WRITE) == 0;
}

int
stssl_trusted_read_at(
    int dir_fd, const char *name, size_t max, char **ret, size_t *ret_len)
{
	struct stat st;
	int fd = stssl_file_open(dir_fd, name, O_NOFOLLOW, &st), r;

	if (fd < 0)
		return fd;
	r = is_safe(&st) ? stssl_file_get(fd, &st, max, ret, ret_len) : -EPERM;
	close(fd);
	return r;
}

/* Where a path has led so far, and where it leads on. */
struct way {
	int fd;             /* -1 before its beginning */
	struct stat dir;    /* of fd */
	struct stat above;  /* of the directory that this one is in */
	char *rest;         /* ours */
	bool follows_links; /* else they are refused with -ELOOP */
	unsigned links;     /* that were followed */
};

#define LINKS_MAX 40 /* as the kernel's */

static void
stand_at(struct way *way, int fd, const struct stat *st)
{
	if (way->fd != -1)
		close(way->fd);
	way->fd = fd;
	way->above = way->dir;
	way->dir = *st;
}

static int
go_to_root(struct way *way)
{
	struct stat st;
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return -errno;
	if (fstat(fd, &st) == -1) {
		close(fd);
		return -errno;
	}
	stand_at(way, fd, &st);
	way->above = way->dir;
	return 0;
}

static int
begin(struct way *way, const char *path, bool follows_links)
{
	char *here = path[0] == '/' ? strdup("") : getcwd(NULL, 0);
	int len;

	*way = (struct way){ .fd = -1, .follows_links = follows_links };
	if (here == NULL)
		return -errno;
	len = asprintf(&way->rest, "%s/%s", here, path);
	free(here);
	if (len < 0) {
		way->rest = NULL;
		return -ENOMEM;
	}
	return go_to_root(way);
}

static void
end(struct way *way)
{
	if (way->fd != -1)
		close(way->fd);
	free(way->rest);
}

/* What a symbolic link says goes in front of the rest. */
static int
follow(struct way *way, int link_fd)
{
	char target[PATH_MAX], *rest;
	ssize_t len = readlinkat(link_fd, "", target, sizeof target);

	if (len == -1)
		return -errno;
	if (++way->links > LINKS_MAX || !way->follows_links)
		return -ELOOP;
	if ((size_t)len == sizeof target)
		return -ENAMETOOLONG;
	if (asprintf(&rest, "%.*s/%s", (int)len, target, way->rest) < 0)
		return -ENOMEM;
	free(way->rest);
	way->rest = rest;
	return target[0] == '/' ? go_to_root(way) : 0;
}

/* A directory on the way: nobody but root and us can replace what is in it. */
static bool
is_safe_above(const struct stat *st)
{
	return is_ours(st) && ((st->st_mode & OTHERS_WRITE) == 0 ||
				  (st->st_mode & S_ISVTX) != 0);
}

/* Into `name`, a directory.  In a sticky one anybody may have made a link. */
static int
enter(struct way *way, const char *name)
{
	struct stat st;
	int fd, r = 0;

	if (!is_safe_above(&way->dir))
		return -EPERM;
	fd = openat(way->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	if (fstat(fd, &st) == -1)
		r = -errno;
	else if (S_ISLNK(st.st_mode))
		r = is_ours(&st) ? follow(way, fd) : -EPERM;
	else if (!S_ISDIR(st.st_mode))
		r = -ENOTDIR;
	if (r == 0 && S_ISDIR(st.st_mode))
		stand_at(way, fd, &st);
	else
		close(fd);
	return r;
}

/*
 * Go down to the directory of the last component, which is *ret_name then: a
 * part of way->rest.  That directory has not been judged.
 */
static int
walk(struct way *way, const char **ret_name)
{
	char *name, *slash;
	int r = 0;

	while (r == 0) {
		name = way->rest + strspn(way->rest, "/");
		slash = strchr(name, '/');
		if (slash == NULL) {
			*ret_name = name;
			return 0;
		}
		*slash = '\0';
		name = strdup(name);
		if (name == NULL)
			return -ENOMEM;
		memmove(way->rest, slash + 1, strlen(slash + 1) + 1);
		r = enter(way, name);
		free(name);
	}
	return r;
}

int
stssl_trusted_read(const char *path, size_t max, char **ret, size_t *ret_len)
{
	const char *name;
	struct way way;
	int r = begin(&way, path, true);

	if (r == 0)
		r = walk(&way, &name);
	if (r == 0 && !is_safe(&way.dir))
		r = -EPERM;
	if (r == 0)
		r = stssl_trusted_read_at(way.fd, name, max, ret, ret_len);
	end(&way);
	return r;
}

/* The last component; only the directories above were looked at. */
static int
open_directory(const struct way *way, const char *name, int *ret_fd)
{
	struct stat st;
	int fd = openat(way->fd, name[0] == '\0' ? "." : name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = 0;

	if (fd == -1)
		/* What O_DIRECTORY says of a link that is not followed. */
		return errno == ENOTDIR ? -ELOOP : -errno;
	if (fstat(fd, &st) == -1)
		r = -errno;
	else if (!is_safe(&st))
		r = -EPERM;
	if (r == 0)
		*ret_fd = fd;
	else
		close(fd);
	return r;
}

/* Without slashes at the end, so that its name is the last component. */
static void
strip(char *path)
{
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/')
		path[--len] = '\0';
}

int
stssl_trusted_directory(const char *path, int *ret_fd)
{
	const char *name;
	struct way way;
	int r = begin(&way, path, true);

	if (r == 0) {
		strip(way.rest);
		r = walk(&way, &name);
	}
	if (r == 0 && !is_safe_above(&way.dir))
		r = -EPERM;
	if (r == 0)
		r = open_directory(&way, name, ret_fd);
	end(&way);
	return r;
}

/*
 * The directory that holds the socket.  Below a sticky one anybody could have
 * made it, so there it has to be root's or ours.
 */
static bool
is_safe_home(const struct way *way, uid_t owner)
{
	const struct stat *home = &way->dir;

	if ((home->st_mode & OTHERS_WRITE) != 0)
		return false;
	if (is_ours(home))
		return true;
	return home->st_uid == owner &&
	       (way->above.st_mode & OTHERS_WRITE) == 0;
}

int
stssl_trusted_socket(const char *path, uid_t *ret_owner)
{
	const char *name;
	struct way way;
	struct stat st;
	int r;

	if (path[0] != '/')
		return -EACCES;
	r = begin(&way, path, false);
	if (r == 0)
		r = walk(&way, &name);
	if (r == 0 && fstatat(way.fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		r = -errno;
	if (r == 0 && (!S_ISSOCK(st.st_mode) || !is_safe_home(&way, st.st_uid)))
		r = -EACCES;
	if (r == 0)
		*ret_owner = st.st_uid;
	end(&way);
	/* In the words of those who ask for a socket. */
	return r == -EPERM || r == -ELOOP || r == -ENOTDIR ? -EACCES : r;
}
