/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Temporary file, fsync, rename, fsync of the directory.
 */
#include <config.h>
#include "stsslctl/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The group first: changing it may clear bits of the mode. */
static int
finish(FILE *to, const struct replace_like *like)
{
	if (fflush(to) != 0 || ferror(to) != 0)
		return -EIO;
	if (like->gid != (gid_t)-1 &&
	    fchown(fileno(to), (uid_t)-1, like->gid) == -1)
		return -errno;
	if (fchmod(fileno(to), like->mode) == -1 || fsync(fileno(to)) == -1)
		return -errno;
	return 0;
}

/* Writes the file to the disk; closes fd. */
static int
fill(int fd, const struct replace_like *like, const char *text)
{
	FILE *to = fdopen(fd, "w");
	int r;

	if (to == NULL) {
		r = -errno;
		close(fd);
		return r;
	}
	r = fputs(text, to) == EOF ? -errno : finish(to, like);
	if (fclose(to) != 0 && r == 0)
		r = -errno;
	return r;
}

/* A new file in the same directory; *ret is its name, to be freed. */
static int
make_temporary(int dir_fd, const char *name, char **ret)
{
	uint32_t random;
	char *temporary;
	int fd;

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return -EIO;
	if (asprintf(&temporary, ".%s.%08" PRIx32, name, random) < 0)
		return -ENOMEM;
	fd = openat(
	    dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1) {
		fd = -errno;
		free(temporary);
		return fd;
	}
	*ret = temporary;
	return fd;
}

int
replace_file_at(int dir_fd, const char *name, const struct replace_like *like,
    const char *text)
{
	char *temporary = NULL; /* gcc 14 does not see that it is set */
	int fd = make_temporary(dir_fd, name, &temporary), r;

	if (fd < 0)
		return fd;
	r = fill(fd, like, text);
	if (r == 0 && renameat(dir_fd, temporary, dir_fd, name) == -1)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir_fd, temporary, 0);
	else if (fsync(dir_fd) == -1)
		r = -errno;
	free(temporary);
	return r;
}

/* The directory of a path, or "."; *ret_name is the last component. */
static int
open_directory(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? strdup(".")
				  : strndup(path, (size_t)(slash - path) + 1);
	int fd;

	if (dir == NULL)
		return -ENOMEM;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	*ret_name = slash == NULL ? path : slash + 1;
	return fd == -1 ? -errno : fd;
}

int
replace_file(
    const char *path, const struct replace_like *like, const char *text)
{
	const char *name;
	int dir_fd = open_directory(path, &name), r;

	if (dir_fd < 0)
		return dir_fd;
	r = replace_file_at(dir_fd, name, like, text);
	close(dir_fd);
	return r;
}
