/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Goes down a path as the kernel does, but looks at each directory and each
 * link before it goes on.
 */
#include <config.h>
#include "status/way.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's */

bool
stssl_is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

bool
stssl_is_safe(const struct stat *st)
{
	return stssl_is_ours(st) && (st->st_mode & STSSL_OTHERS_WRITE) == 0;
}

bool
stssl_is_safe_above(const struct stat *st)
{
	return stssl_is_ours(st) && ((st->st_mode & STSSL_OTHERS_WRITE) == 0 ||
					(st->st_mode & S_ISVTX) != 0);
}

static void
stand_at(struct stssl_way *way, int fd, const struct stat *st)
{
	if (way->fd != -1)
		close(way->fd);
	way->fd = fd;
	way->above = way->dir;
	way->dir = *st;
}

static int
go_to_root(struct stssl_way *way)
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
begin(struct stssl_way *way, const char *path, bool follows_links)
{
	char *here = path[0] == '/' ? strdup("") : getcwd(NULL, 0);
	int len;

	*way = (struct stssl_way){ .fd = -1, .follows_links = follows_links };
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

/* What a symbolic link says goes in front of the rest. */
static int
follow(struct stssl_way *way, int link_fd)
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

/* Into `name`, a directory.  In a sticky one anybody may have made a link. */
static int
enter(struct stssl_way *way, const char *name)
{
	struct stat st;
	int fd, r = 0;

	if (!stssl_is_safe_above(&way->dir))
		return -EPERM;
	fd = openat(way->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	if (fstat(fd, &st) == -1)
		r = -errno;
	else if (S_ISLNK(st.st_mode))
		r = stssl_is_ours(&st) ? follow(way, fd) : -EPERM;
	else if (!S_ISDIR(st.st_mode))
		r = -ENOTDIR;
	if (r == 0 && S_ISDIR(st.st_mode))
		stand_at(way, fd, &st);
	else
		close(fd);
	return r;
}

/* Go down to the directory of the last component, which is way->name then. */
static int
walk(struct stssl_way *way)
{
	char *name, *slash;
	int r = 0;

	while (r == 0) {
		name = way->rest + strspn(way->rest, "/");
		slash = strchr(name, '/');
		if (slash == NULL) {
			way->name = name;
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
stssl_way_go(const char *path, bool follows_links, struct stssl_way *way)
{
	int r = begin(way, path, follows_links);

	return r == 0 ? walk(way) : r;
}

void
stssl_way_end(struct stssl_way *way)
{
	if (way->fd != -1)
		close(way->fd);
	free(way->rest);
}
